/// What the native kinds look like, as a table of our own.
///
/// The facts are those of Kubernetes' published OpenAPI description (`api/openapi-spec/swagger.json`): field names, types, list
/// types, merge keys. Grammar, one definition after the other:
///
///     package <name in OpenAPI> <alias>      what follows belongs to this package
///     <Type> [atomic]  # description         a definition; atomic: owned as one value by server-side apply
///       <field>[!] <type> [facts]; …         fields; `!` marks a required one
///       <field> <type> [facts]  # description
///
/// Types are `string`, `bool`, `int32`, `int64`, `double`, `bytes`, `time`, `microTime`, `quantity`, `intOrString`, `json`, `raw`,
/// `fields`, `object`, a definition of the same package, `alias.Definition`, `[T]` for lists and `{T}` for maps.
///
/// Facts are `key:a,b` (list identified by these keys, the first also merges strategic patches), `map:a,b` (the same for
/// server-side apply only), `merge:a` and `merge` (strategic patches only), `set`, `atomic`, `retainKeys`, `replace`, `=default`
/// and `enum:A|B`.
enum NativeDefinitionText {
    /// All tables.
    static let all = [pods, volumes, core, workloads, network, access, extensions, cluster, meta]
}
