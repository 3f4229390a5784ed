// libcurl's calls with variable arguments, each under the types it is used with: Swift cannot call them as they are.
#ifndef MESH_CCURL_SHIM_H
#define MESH_CCURL_SHIM_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

typedef size_t (*mesh_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode mesh_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode mesh_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

// Copies the text; NULL resets the option.
static inline CURLcode mesh_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode mesh_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode mesh_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode mesh_curl_set_callback(CURL *easy, CURLoption option, mesh_curl_data_callback value) {
    return curl_easy_setopt(easy, option, value);
}

// Copies the bytes into the handle.
static inline CURLcode mesh_curl_set_blob(CURL *easy, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob;
    blob.data = (void *)bytes;
    blob.len = count;
    blob.flags = CURL_BLOB_COPY;
    return curl_easy_setopt(easy, option, &blob);
}

static inline CURLcode mesh_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode mesh_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode mesh_curl_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode mesh_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The handle and the result of a finished transfer; 0 when there is none.
static inline int mesh_curl_next_done(CURLM *multi, CURL **easy, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *easy = message->easy_handle;
        *result = message->data.result;
        return 1;
    }
    return 0;
}

// Called by libcurl on each new socket: programs started by this one do not inherit it, and unacknowledged bytes break the
// connection after 30 s, so that a peer that vanished is noticed long before the kernel would by itself.
static inline int mesh_curl_socket_made(void *context, curl_socket_t socket, curlsocktype purpose) {
    unsigned int milliseconds = 30000;
    (void)context;
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    if (purpose == CURLSOCKTYPE_IPCXN) {
        setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
    }
    return CURL_SOCKOPT_OK;
}

static inline CURLcode mesh_curl_watch_sockets(CURL *easy) {
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, mesh_curl_socket_made);
}

// Whether an address belongs to a link: 169.254.0.0/16, also within IPv6, fe80::/10, and AWS' fd00:ec2::254.
static inline int mesh_curl_is_link_local(const struct sockaddr *address) {
    if (address->sa_family == AF_INET) {
        const unsigned char *bytes = (const unsigned char *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
        return bytes[0] == 169 && bytes[1] == 254;
    }
    if (address->sa_family == AF_INET6) {
        const unsigned char *bytes = (const unsigned char *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        static const unsigned char aws[16] = {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
        if (memcmp(bytes, mapped, sizeof mapped) == 0) return bytes[12] == 169 && bytes[13] == 254;
        return (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) || memcmp(bytes, aws, sizeof aws) == 0;
    }
    return 0;
}

// Called by libcurl for each connection, after the name is resolved: refuses link-local addresses.
static inline curl_socket_t mesh_curl_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)context;
    (void)purpose;
    if (mesh_curl_is_link_local(&address->addr)) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline CURLcode mesh_curl_refuse_link_local(CURL *easy) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, mesh_curl_open_socket);
}

// A pipe that programs started meanwhile do not inherit; glibc declares pipe2 under a macro that Swift does not set.
extern int pipe2(int ends[2], int flags);
static inline int mesh_pipe(int *ends) {
    return pipe2(ends, O_CLOEXEC);
}

#endif
