// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_CURL_ON_DEMAND_IPP_INCLUDED
#define CONSTAGE_OCI_CURL_ON_DEMAND_IPP_INCLUDED

/// With CONSTAGE_CURL_ON_DEMAND (the CMake option CONSTAGE_FAST_START) a program does not link libcurl but loads it with the first request:
/// libcurl brings some thirty libraries along, which cost more than a whole build that finds everything in its cache. The functions that
/// constage uses are defined here under their own names and call libcurl's.
#ifdef CONSTAGE_CURL_ON_DEMAND

#define CURL_DISABLE_TYPECHECK  // its macros have the functions' names
#include <curl/curl.h>
#include <dlfcn.h>

#include <constage/failure.hpp>

#include <cstdarg>
#include <string>

namespace constage::oci::curl_on_demand {

inline void* function(char const* name) {
    static void* const library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        auto const* why = ::dlerror();
        throw failure(std::string("cannot load libcurl: ") + (why ? why : "unknown error")).with_hint("install libcurl (Debian: libcurl4)");
    }
    auto* const found = ::dlsym(library, name);
    if (!found) throw failure(std::string("this libcurl has no ") + name);
    return found;
}

}  // namespace constage::oci::curl_on_demand

#define CONSTAGE_CURL(name) static auto* const real = reinterpret_cast<decltype(&::name)>(constage::oci::curl_on_demand::function(#name))

// The last named parameters are enumerations of libcurl's, which undergo no promotion here: they are ints as they are.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wvarargs"

extern "C" {

CURLcode curl_global_init(long flags) {
    CONSTAGE_CURL(curl_global_init);
    return real(flags);
}
CURL* curl_easy_init() {
    CONSTAGE_CURL(curl_easy_init);
    return real();
}
void curl_easy_cleanup(CURL* handle) {
    CONSTAGE_CURL(curl_easy_cleanup);
    real(handle);
}
void curl_easy_reset(CURL* handle) {
    CONSTAGE_CURL(curl_easy_reset);
    real(handle);
}
CURLcode curl_easy_perform(CURL* handle) {
    CONSTAGE_CURL(curl_easy_perform);
    return real(handle);
}
char const* curl_easy_strerror(CURLcode code) {
    CONSTAGE_CURL(curl_easy_strerror);
    return real(code);
}
CURLcode curl_easy_setopt(CURL* handle, CURLoption option, ...) {
    CONSTAGE_CURL(curl_easy_setopt);
    va_list arguments;
    va_start(arguments, option);
    CURLcode result;
    if (option > CURLOPTTYPE_OFF_T && option < CURLOPTTYPE_BLOB)
        result = real(handle, option, va_arg(arguments, curl_off_t));
    else if (option < CURLOPTTYPE_OBJECTPOINT)
        result = real(handle, option, va_arg(arguments, long));
    else
        result = real(handle, option, va_arg(arguments, void*));
    va_end(arguments);
    return result;
}
CURLcode curl_easy_getinfo(CURL* handle, CURLINFO what, ...) {
    CONSTAGE_CURL(curl_easy_getinfo);
    va_list arguments;
    va_start(arguments, what);
    auto const result = real(handle, what, va_arg(arguments, void*));
    va_end(arguments);
    return result;
}
char* curl_easy_unescape(CURL* handle, char const* text, int size, int* result_size) {
    CONSTAGE_CURL(curl_easy_unescape);
    return real(handle, text, size, result_size);
}
void curl_free(void* memory) {
    CONSTAGE_CURL(curl_free);
    real(memory);
}
time_t curl_getdate(char const* text, time_t const* unused) {
    CONSTAGE_CURL(curl_getdate);
    return real(text, unused);
}
curl_slist* curl_slist_append(curl_slist* list, char const* text) {
    CONSTAGE_CURL(curl_slist_append);
    return real(list, text);
}
void curl_slist_free_all(curl_slist* list) {
    CONSTAGE_CURL(curl_slist_free_all);
    real(list);
}
CURLU* curl_url() {
    CONSTAGE_CURL(curl_url);
    return real();
}
void curl_url_cleanup(CURLU* url) {
    CONSTAGE_CURL(curl_url_cleanup);
    real(url);
}
CURLUcode curl_url_get(CURLU* url, CURLUPart what, char** part, unsigned flags) {
    CONSTAGE_CURL(curl_url_get);
    return real(url, what, part, flags);
}
CURLUcode curl_url_set(CURLU* url, CURLUPart what, char const* part, unsigned flags) {
    CONSTAGE_CURL(curl_url_set);
    return real(url, what, part, flags);
}

}  // extern "C"

#pragma GCC diagnostic pop
#undef CONSTAGE_CURL
#endif
#endif
