/// Certificates for tests, valid for a hundred years: two authorities, each with a leaf for servers and clients.
enum TestCertificates {
    /// The authority of the server.
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBdDCCARugAwIBAgIUQGNmaC7QZCwVHcrWd5FaBVDyfOQwCgYIKoZIzj0EAwIw
        DzENMAsGA1UEAwwEY2EtYTAgFw0yNjExMjEwODMxNTlaGA8yMTI2MTAyODA4MzE1
        OVowDzENMAsGA1UEAwwEY2EtYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKR2
        CqnGUDPTKExgqBDdhsS/o3jI8lN8UAk3Tygube47Yf+vduotcsreA0Jgl0UeldGY
        rr9P1aixOgRYqZ1wAISjUzBRMB0GA1UdDgQWBBQd5OsIxWg4YO5pqoAoZzoPqlP/
        rTAfBgNVHSMEGDAWgBQd5OsIxWg4YO5pqoAoZzoPqlP/rTAPBgNVHRMBAf8EBTAD
        AQH/MAoGCCqGSM49BAMCA0cAMEQCIH+ifMO+6xFYg3m6IgcSD1bj0aEyY1f7neo5
        Gv6h5iT9AiAMnC4resm4cO7hU3nVF4JNXRCb6l3qD0V2hi5cmQvxwA==
        -----END CERTIFICATE-----
        """

    /// A leaf of the authority, for localhost.
    static let leaf = """
        -----BEGIN CERTIFICATE-----
        MIIBojCCAUegAwIBAgIUNHwY1IdAz/uaZk2nRn3FegXoPqYwCgYIKoZIzj0EAwIw
        DzENMAsGA1UEAwwEY2EtYTAgFw0yNjExMjEwODMxNTlaGA8yMTI2MTAyODA4MzE1
        OVowETEPMA0GA1UEAwwGbGVhZi1hMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
        Nal5UZcvjUHIrNpNMa2LV/rv4EzalapDRgNRjk8KANyeP8DPZ1Fd1zC840Re5cqT
        /NpMfsgebFjwUXqleexNXKN9MHswGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAAB
        MB0GA1UdJQQWMBQGCCsGAQUFBwMBBggrBgEFBQcDAjAdBgNVHQ4EFgQUMXaHlsZn
        11kLBDV9RG6uvYaWn7swHwYDVR0jBBgwFoAUHeTrCMVoOGDuaaqAKGc6D6pT/60w
        CgYIKoZIzj0EAwIDSQAwRgIhAPorS54JJjwpm4PwmnfnOTDbNqOenb3z0/i0d7Eb
        h87vAiEAwhjYD8HiK0iMnr9MRmO5mEBN0/jc1kDOUgdIrV1Kymw=
        -----END CERTIFICATE-----
        """

    /// The key of the leaf.
    static let leafKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiHRDA9X5PgER0V5v
        QDNiBaHqB1RXKM6YC//z7ki2fH+hRANCAAQ1qXlRly+NQcis2k0xrYtX+u/gTNqV
        qkNGA1GOTwoA3J4/wM9nUV3XMLzjRF7lypP82kx+yB5sWPBReqV57E1c
        -----END PRIVATE KEY-----
        """

    /// A leaf of another authority.
    static let foreignLeaf = """
        -----BEGIN CERTIFICATE-----
        MIIBojCCAUegAwIBAgIUATy0ag8kbkzB328EJUtz2aZlZqcwCgYIKoZIzj0EAwIw
        DzENMAsGA1UEAwwEY2EtYjAgFw0yNjExMjEwODMxNTlaGA8yMTI2MTAyODA4MzE1
        OVowETEPMA0GA1UEAwwGbGVhZi1iMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
        UYupOH+Ns2zUqGTtTQoTYD+hX+uJ2PPhfkfQBdjO9jc5TwjxickTH1H3LtQKsWJR
        g9Yn4UypBuEyDWIaRZO2b6N9MHswGgYDVR0RBBMwEYIJbG9jYWxob3N0hwR/AAAB
        MB0GA1UdJQQWMBQGCCsGAQUFBwMBBggrBgEFBQcDAjAdBgNVHQ4EFgQUj8nGf6Lk
        ca04wg3JQu1cJr1trN0wHwYDVR0jBBgwFoAU90q/qNpHEuoJ/aEArxA1ptjlBzow
        CgYIKoZIzj0EAwIDSQAwRgIhAOopnwQVNosj8MHVBlsrTIyBwmGtsj6pAC8T2Au6
        ot9gAiEA5iGuayqBM8HCnSui3l3sYRYPIUViBilBYzto9iQ+8UI=
        -----END CERTIFICATE-----
        """

    /// The key of the other leaf.
    static let foreignLeafKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFA4lWPlfe/cEpGDP
        AQIS06bRwqomiD90bu9B5tCNeSahRANCAARRi6k4f42zbNSoZO1NChNgP6Ff64nY
        8+F+R9AF2M72NzlPCPGJyRMfUfcu1AqxYlGD1ifhTKkG4TINYhpFk7Zv
        -----END PRIVATE KEY-----
        """
}
