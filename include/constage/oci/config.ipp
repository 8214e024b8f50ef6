// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_CONFIG_IPP_INCLUDED
#define CONSTAGE_OCI_CONFIG_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/config.hpp>
#include <constage/oci/json_reader.ipp>
#include <nlohmann/json.hpp>

namespace constage::oci {

namespace config_detail {

inline constexpr std::size_t limit = 16u << 20;

CONSTAGE_INLINE void put(nlohmann::json& to, char const* key, std::string const& text) {
    if (!text.empty()) to[key] = text;
}
CONSTAGE_INLINE void put(nlohmann::json& to, char const* key, strings const& list) {
    if (!list.empty()) to[key] = list;
}
CONSTAGE_INLINE void put(nlohmann::json& to, char const* key, std::int64_t number) {
    if (number != 0) to[key] = number;
}
/// {"80/tcp": {}}
CONSTAGE_INLINE void put(nlohmann::json& to, char const* key, std::set<std::string> const& names) {
    for (auto const& name : names) to[key][name] = nlohmann::json::object();
}

CONSTAGE_INLINE nlohmann::json write(oci::healthcheck const& h) {
    auto to = nlohmann::json::object();
    put(to, "Test", h.test);
    put(to, "Interval", h.interval);
    put(to, "Timeout", h.timeout);
    put(to, "StartPeriod", h.start_period);
    put(to, "StartInterval", h.start_interval);
    put(to, "Retries", h.retries);
    return to;
}

CONSTAGE_INLINE nlohmann::json write(oci::history const& h) {
    auto to = nlohmann::json::object();
    if (h.created) to["created"] = *h.created;
    put(to, "created_by", h.created_by);
    put(to, "author", h.author);
    put(to, "comment", h.comment);
    if (h.empty_layer) to["empty_layer"] = true;
    return to;
}

/// What a container is started with.
CONSTAGE_INLINE nlohmann::json write_run(image_config const& c) {
    auto to = nlohmann::json::object();
    put(to, "Env", c.env);
    if (c.entrypoint) to["Entrypoint"] = *c.entrypoint;
    if (c.cmd) to["Cmd"] = *c.cmd;
    if (c.shell) to["Shell"] = *c.shell;
    put(to, "WorkingDir", c.working_dir);
    put(to, "User", c.user);
    put(to, "StopSignal", c.stop_signal);
    put(to, "ExposedPorts", c.exposed_ports);
    put(to, "Volumes", c.volumes);
    if (!c.labels.empty()) to["Labels"] = c.labels;
    if (c.healthcheck) to["Healthcheck"] = write(*c.healthcheck);
    put(to, "OnBuild", c.on_build);
    if (c.args_escaped) to["ArgsEscaped"] = true;
    return to;
}

CONSTAGE_INLINE strings read_strings(json_reader const& from) {
    strings list;
    from.each([&](json_reader const& e) { list.push_back(e.text()); });
    return list;
}
CONSTAGE_INLINE std::optional<strings> read_optional(json_reader const& from) {
    if (!from.present()) return std::nullopt;
    return read_strings(from);
}
CONSTAGE_INLINE std::set<std::string> read_names(json_reader const& from) {
    std::set<std::string> names;
    from.members([&](std::string const& name, json_reader const& value) {
        value.members([](std::string const&, json_reader const&) {});  // an object, usually without members
        names.insert(name);
    });
    return names;
}

CONSTAGE_INLINE oci::healthcheck read_healthcheck(json_reader const& from) {
    oci::healthcheck h;
    h.test = read_strings(from["Test"]);
    h.interval = from["Interval"].number();
    h.timeout = from["Timeout"].number();
    h.start_period = from["StartPeriod"].number();
    h.start_interval = from["StartInterval"].number();
    auto const retries = from["Retries"].number();
    if (retries < 0 || retries > std::numeric_limits<int>::max()) throw from["Retries"].wrong("a count");
    h.retries = static_cast<int>(retries);
    return h;
}

CONSTAGE_INLINE oci::history read_history(json_reader const& from) {
    oci::history h;
    if (from["created"].present()) h.created = from["created"].text();
    h.created_by = from["created_by"].text();
    h.author = from["author"].text();
    h.comment = from["comment"].text();
    h.empty_layer = from["empty_layer"].flag();
    return h;
}

CONSTAGE_INLINE void read_run(image_config& c, json_reader const& from) {
    c.env = read_strings(from["Env"]);
    c.entrypoint = read_optional(from["Entrypoint"]);
    c.cmd = read_optional(from["Cmd"]);
    c.shell = read_optional(from["Shell"]);
    c.working_dir = from["WorkingDir"].text();
    c.user = from["User"].text();
    c.stop_signal = from["StopSignal"].text();
    c.exposed_ports = read_names(from["ExposedPorts"]);
    c.volumes = read_names(from["Volumes"]);
    from["Labels"].members([&](std::string const& key, json_reader const& value) { c.labels[key] = value.text(); });
    if (from["Healthcheck"].present()) c.healthcheck = read_healthcheck(from["Healthcheck"]);
    c.on_build = read_strings(from["OnBuild"]);
    c.args_escaped = from["ArgsEscaped"].flag();
}

}  // namespace config_detail

CONSTAGE_INLINE std::string to_json(image_config const& c) {
    using namespace config_detail;
    auto to = nlohmann::json::object();
    to["architecture"] = c.platform.architecture;
    to["os"] = c.platform.os;
    put(to, "variant", c.platform.variant);
    put(to, "os.version", c.platform.os_version);
    put(to, "os.features", c.os_features);
    if (c.created) to["created"] = *c.created;
    put(to, "author", c.author);
    to["config"] = write_run(c);
    to["rootfs"] = {{"type", "layers"}, {"diff_ids", c.diff_ids}};
    for (auto const& h : c.history) to["history"].push_back(write(h));
    // Bytes that are no UTF-8 become U+FFFD, as in Go.
    return to.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

CONSTAGE_INLINE image_config parse_config(std::string_view text) {
    using namespace config_detail;
    auto const document = json_reader::parse(text, "the image's config", limit);
    json_reader const from(document, "config");
    if (!document.is_object()) throw from.wrong("an object");
    image_config c;
    if (auto os = from["os"].text(); !os.empty()) c.platform.os = std::move(os);
    if (auto a = from["architecture"].text(); !a.empty()) c.platform.architecture = std::move(a);
    c.platform.variant = from["variant"].text();
    c.platform.os_version = from["os.version"].text();
    c.os_features = read_strings(from["os.features"]);
    if (from["created"].present()) c.created = from["created"].text();
    c.author = from["author"].text();
    read_run(c, from["config"]);
    auto const rootfs = from["rootfs"];
    if (auto const type = rootfs["type"].text(); !type.empty() && type != "layers") throw rootfs["type"].wrong("\"layers\"");
    rootfs["diff_ids"].each([&](json_reader const& id) {
        c.diff_ids.push_back(id.text());
        if (!files::is_digest(c.diff_ids.back())) throw failure(id.name() + " must be a sha256 digest, not \"" + c.diff_ids.back() + "\"");
    });
    from["history"].each([&](json_reader const& h) { c.history.push_back(read_history(h)); });
    return c;
}

}  // namespace constage::oci

#endif
