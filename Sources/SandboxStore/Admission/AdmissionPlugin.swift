package import DataTree

/// A part of the admission chain.
package protocol AdmissionPlugin: Sendable {
    /// Changes the object before it is validated; nil on deletion.
    ///
    /// - Throws: ``APIFault`` to refuse the request.
    func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree?) async throws(APIFault)

    /// Looks at the object that is about to be kept.
    ///
    /// - Throws: ``APIFault`` to refuse the request.
    func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault)
}

extension AdmissionPlugin {
    package func mutate(_ attributes: AdmissionAttributes, _ object: inout Tree?) async throws(APIFault) {}
    package func validate(_ attributes: AdmissionAttributes, _ object: Tree?) async throws(APIFault) {}
}
