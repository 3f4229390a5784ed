extension IstioKindTable {
    /// The kinds of `extensions.istio.io`.
    static let extensions = #"""
        WasmPlugin: A WebAssembly filter in proxies.
          failStrategy=FailStrategy imagePullPolicy=PullPolicy imagePullSecret=s:1..253 match=[]TrafficSelector
          phase=e:UNSPECIFIED_PHASE|AUTHN|AUTHZ|STATS pluginConfig=o pluginName=s:1..256 priority=i32?
          selector=LabelSelector sha256=SHA256 targetRef=TargetReference targetRefs=[..16]TargetReference
          type=PluginType url!=WasmURL verificationKey=s vmConfig=VMConfig
          # selector: The pods it is for; none means all of the namespace.
          # targetRefs: The gateways or services it is for.
          # targetRef: The gateway or service it is for.
          # url: Where the module is: a file, a web address or an OCI image.
          # sha256: The checksum of the module.
          # phase: Where in the chain of filters it stands.
          # priority: Filters of a phase with higher numbers come first.
          # pluginConfig: What the module is given.
          # match: The traffic it is for.
          ? only one of targetRefs or selector can be set
            (has(self.selector) ? 1 : 0) + (has(self.targetRef) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1
        FailStrategy = w FAIL_CLOSE FAIL_OPEN FAIL_RELOAD
        PluginType = w UNSPECIFIED_PLUGIN_TYPE HTTP NETWORK
        PullPolicy = w UNSPECIFIED_POLICY IfNotPresent Always
        SHA256 = s
          ~ (^$|^[a-f0-9]{64}$)
        TrafficSelector:
          mode=e:UNDEFINED|CLIENT|SERVER|CLIENT_AND_SERVER ports=[;number]NumberedPort
        NumberedPort:
          number!=i:1..65535
        VMConfig:
          env=[..256;name]PluginVariable
        PluginVariable:
          name!=s:1..256 value=s:..2048 valueFrom=e:INLINE|HOST
          ? value may only be set when valueFrom is INLINE
            (has(self.valueFrom) ? self.valueFrom : "") != "HOST" || !has(self.value)
        WasmURL = s:1..
          ? url must have schema one of [http, https, file, oci]
            isURL(self) ? (url(self).getScheme() in ["", "http", "https", "oci", "file"]) : (isURL("http://" +
            self) && url("http://" + self).getScheme() in ["", "http", "https", "oci", "file"])
        TrafficExtension: A WebAssembly or Lua filter in proxies.
          lua=LuaExtension match=[]TrafficSelector phase=e:UNSPECIFIED|AUTHN|AUTHZ|STATS priority=i32?
          selector=LabelSelector targetRefs=[..16]TargetReference wasm=WasmExtension
          # selector: The pods it is for; none means all of the namespace.
          # targetRefs: The gateways or services it is for.
          # phase: Where in the chain of filters it stands.
          # priority: Filters of a phase with higher numbers come first.
          # match: The traffic it is for.
          # wasm: The WebAssembly filter.
          # lua: The Lua filter.
          | wasm lua
          ? only one of targetRefs or selector can be set
            (has(self.selector) ? 1 : 0) + (has(self.targetRefs) ? 1 : 0) <= 1
          ? exactly one of wasm or lua must be set
            has(self.wasm) != has(self.lua)
        LuaExtension:
          inlineCode!=s:1..65536
        WasmExtension:
          failStrategy=FailStrategy imagePullPolicy=PullPolicy imagePullSecret=s:1..253 pluginConfig=o
          pluginName=s:1..256 sha256=SHA256 type=PluginType url!=ExtensionURL verificationKey=s
          vmConfig=VMConfig
        ExtensionURL = s:1..
          ? url must have schema one of [http, https, file, oci]
            isURL(self) ? (url(self).getScheme() in ["", "http", "https", "file", "oci"]) : (isURL("http://" +
            self) && url("http://" + self).getScheme() in ["", "http", "https", "file", "oci"])
        """#
}
