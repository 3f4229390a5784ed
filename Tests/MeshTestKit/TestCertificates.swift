/// Certificates for tests, valid from 2020 to 2120; their keys protect nothing.
///
/// Made with `openssl ca`: two authorities, and, signed by the first, a server named `localhost` and `kubernetes.default`
/// (and not `127.0.0.1`) and two clients.
public enum TestCertificates {
    /// The authority that signed the others.
    public static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBaTCCARCgAwIBAgIUcmGtZNADieCRWLO8OcDcpZ6FxyswCgYIKoZIzj0EAwIw
        EjEQMA4GA1UEAwwHdGVzdCBjYTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
        MDAwMFowEjEQMA4GA1UEAwwHdGVzdCBjYTBZMBMGByqGSM49AgEGCCqGSM49AwEH
        A0IABOLxgAcjOOmzVoRnCTSWiveyxjBb2dllI4if8ectSue2VGtDaIzxcR7PGsaW
        fiOEPjJ1yMfuP23kxEAQaHh4yUyjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0P
        AQH/BAQDAgIEMB0GA1UdDgQWBBRylklJp4NO1+SCjx+r0BP4B1aITjAKBggqhkjO
        PQQDAgNHADBEAiBIIKMnsimmS1wh9S4JQKKzIRvzgY91VIn2QSln4YEPhgIgcvRP
        en9SJa/TZY1dCNsrb5UbwSn85wJ1Y0sxlpkFJvw=
        -----END CERTIFICATE-----
        """

    /// An authority that signed none of them.
    public static let otherAuthority = """
        -----BEGIN CERTIFICATE-----
        MIIBbzCCARagAwIBAgIUb4VqTArWcaXYwbIdgyEkI3zCW6kwCgYIKoZIzj0EAwIw
        FTETMBEGA1UEAwwKdGVzdCBvdGhlcjAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEw
        MTAwMDAwMFowFTETMBEGA1UEAwwKdGVzdCBvdGhlcjBZMBMGByqGSM49AgEGCCqG
        SM49AwEHA0IABOxKDw4CZsy8iRYJyagadUGI+1uYy3degjykneFyxGDjZR+nlZ9q
        /9oUasg6oiR0Jw/LxDGfxi7BHJD0bh5MPd2jQjBAMA8GA1UdEwEB/wQFMAMBAf8w
        DgYDVR0PAQH/BAQDAgIEMB0GA1UdDgQWBBSc/L4lhO20FrB4e2xcl6mFWITtSjAK
        BggqhkjOPQQDAgNHADBEAiBPAsDGL3XZvYG72XRje+mLqarXpc1srgXQ8TrRYTTG
        UQIgfBR3No2ZLdQMz8fUSZDhAAp2MO7eNfPW0OFA/iRLcOc=
        -----END CERTIFICATE-----
        """

    /// The server's certificate.
    public static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBrTCCAVSgAwIBAgIUC5Jy6gMRAqOvgOXG/5qb/IvSSD4wCgYIKoZIzj0EAwIw
        EjEQMA4GA1UEAwwHdGVzdCBjYTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
        MDAwMFowFjEUMBIGA1UEAwwLdGVzdCBzZXJ2ZXIwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATEqYGUuEP5PQCPH7QVKpKnkGisvPY0f3rTnKICZ0ZuF76Vx/+TC70z
        q5AWNYxI6g3EnkN+pOjJ4pPTi3BB6WXvo4GBMH8wKAYDVR0RBCEwH4IJbG9jYWxo
        b3N0ghJrdWJlcm5ldGVzLmRlZmF1bHQwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHQYD
        VR0OBBYEFPysijentRw5wcyWKUA6BG1tMCGQMB8GA1UdIwQYMBaAFHKWSUmng07X
        5IKPH6vQE/gHVohOMAoGCCqGSM49BAMCA0cAMEQCIAbEle2NdkS9qhJePdLzdBVK
        dYcy+dDTqEx2tn1kWnTzAiBtTnhlk7LVPYCwSbJ39n8uJTdO5VXTHr+C5N0vf7ij
        /Q==
        -----END CERTIFICATE-----
        """

    /// The server's key.
    public static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgn/Yo8aZTDpC61Bkg
        98Sj10Ba/TJNtbyB/CuI54jMavuhRANCAATEqYGUuEP5PQCPH7QVKpKnkGisvPY0
        f3rTnKICZ0ZuF76Vx/+TC70zq5AWNYxI6g3EnkN+pOjJ4pPTi3BB6WXv
        -----END PRIVATE KEY-----
        """

    /// A client's certificate.
    public static let jane = """
        -----BEGIN CERTIFICATE-----
        MIIBgDCCASegAwIBAgIUDxFC8aaqZX6vu7bSB7ifqPfFx1IwCgYIKoZIzj0EAwIw
        EjEQMA4GA1UEAwwHdGVzdCBjYTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
        MDAwMFowFDESMBAGA1UEAwwJdGVzdCBqYW5lMFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAElE6l28tsb7z4lPwVNxkJLsPEurrLY++6IFRxSKpRvo8lhVj2cE7uB7hT
        fmm7paLjK/eoop+U+yMUstWwa6m/eqNXMFUwEwYDVR0lBAwwCgYIKwYBBQUHAwIw
        HQYDVR0OBBYEFC9cvcKhuNcE9Y7WxxVhbwZhtEWHMB8GA1UdIwQYMBaAFHKWSUmn
        g07X5IKPH6vQE/gHVohOMAoGCCqGSM49BAMCA0cAMEQCIBOHihKJ3zhez2ekMpOL
        lycNZD2pewkSND71DbjS1NhPAiBOwNYQptBA1hpYXcAzSfrTCUy60XCt8gIXgofx
        775ttg==
        -----END CERTIFICATE-----
        """

    /// Its key.
    public static let janeKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBCjyHO/4h42m2aw6
        SbfY1OP3YjqtNacXwP9c8U7cZw6hRANCAASUTqXby2xvvPiU/BU3GQkuw8S6ustj
        77ogVHFIqlG+jyWFWPZwTu4HuFN+abulouMr96iin5T7IxSy1bBrqb96
        -----END PRIVATE KEY-----
        """

    /// Another client's certificate.
    public static let joe = """
        -----BEGIN CERTIFICATE-----
        MIIBfzCCASagAwIBAgIUGzcdKCdNYSq8U3vcEeKKMmPzE5gwCgYIKoZIzj0EAwIw
        EjEQMA4GA1UEAwwHdGVzdCBjYTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw
        MDAwMFowEzERMA8GA1UEAwwIdGVzdCBqb2UwWTATBgcqhkjOPQIBBggqhkjOPQMB
        BwNCAAS4mINseEI/GduHJzBm3akcrfEWAQeW2XWMZc/XPHXKYTF63eg/JxgxmToN
        KRO1XcAO47Ru621yq17kFmbkwiEfo1cwVTATBgNVHSUEDDAKBggrBgEFBQcDAjAd
        BgNVHQ4EFgQUo8JicPfnE3EdPWsncSDlebZ1QWswHwYDVR0jBBgwFoAUcpZJSaeD
        Ttfkgo8fq9AT+AdWiE4wCgYIKoZIzj0EAwIDRwAwRAIgIyu0HSy+/ZOSQTFaANJW
        XqIiQ2FCRiOSi/KA7Lo2Ab8CIFzfOzCKpeB45zhupDTeTF0WqEK3+HhSI0cR0EZ7
        FDKm
        -----END CERTIFICATE-----
        """

    /// Its key.
    public static let joeKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg418uQOBwXJQV3bfY
        KPao8vImZHU3xVTgE+/hBsqsRzihRANCAAS4mINseEI/GduHJzBm3akcrfEWAQeW
        2XWMZc/XPHXKYTF63eg/JxgxmToNKRO1XcAO47Ru621yq17kFmbkwiEf
        -----END PRIVATE KEY-----
        """
}
