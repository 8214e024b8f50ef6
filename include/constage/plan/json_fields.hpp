// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_JSON_FIELDS_HPP_INCLUDED
#define CONSTAGE_PLAN_JSON_FIELDS_HPP_INCLUDED

#include <constage/plan/plan.hpp>

#include <tuple>

/// Name and place of every field that JSON has: one list for writing and for reading, so that they cannot disagree.
namespace constage::plan::json_detail {

template <class T>
struct type {};

template <class Class, class Value>
struct field {
    char const* name;
    Value Class::*member;
};
template <class Class, class Value>
field(char const*, Value Class::*) -> field<Class, Value>;

constexpr auto fields(type<source>) {
    return std::tuple(field{"file", &source::file}, field{"line", &source::line}, field{"last_line", &source::last_line});
}
constexpr auto fields(type<reference>) {
    return std::tuple(field{"kind", &reference::what}, field{"stage", &reference::stage}, field{"text", &reference::text},
                      field{"choices", &reference::choices});
}
constexpr auto fields(type<heredoc>) {
    return std::tuple(field{"name", &heredoc::name}, field{"body", &heredoc::body}, field{"expand", &heredoc::expand},
                      field{"chomp", &heredoc::chomp}, field{"fd", &heredoc::fd});
}
constexpr auto fields(type<mount>) { return std::tuple(field{"from", &mount::from}, field{"options", &mount::options}); }
constexpr auto fields(type<arg>) { return std::tuple(field{"name", &arg::name}, field{"value", &arg::value}); }
constexpr auto fields(type<run>) {
    return std::tuple(field{"what", &run::what}, field{"heredocs", &run::heredocs}, field{"mounts", &run::mounts},
                      field{"network", &run::network}, field{"security", &run::security}, field{"devices", &run::devices});
}
constexpr auto fields(type<copy>) {
    return std::tuple(field{"add", &copy::add}, field{"from", &copy::from}, field{"sources", &copy::sources}, field{"files", &copy::files},
                      field{"destination", &copy::destination}, field{"chown", &copy::chown}, field{"chmod", &copy::chmod},
                      field{"checksum", &copy::checksum}, field{"exclude", &copy::exclude}, field{"link", &copy::link},
                      field{"parents", &copy::parents}, field{"keep_git_dir", &copy::keep_git_dir}, field{"unpack", &copy::unpack});
}
constexpr auto fields(type<args>) { return std::tuple(field{"list", &args::list}); }
constexpr auto fields(type<env>) { return std::tuple(field{"list", &env::list}); }
constexpr auto fields(type<label>) { return std::tuple(field{"list", &label::list}); }
constexpr auto fields(type<expose>) { return std::tuple(field{"ports", &expose::ports}); }
constexpr auto fields(type<volume>) { return std::tuple(field{"paths", &volume::paths}); }
constexpr auto fields(type<user>) { return std::tuple(field{"text", &user::text}); }
constexpr auto fields(type<workdir>) { return std::tuple(field{"path", &workdir::path}); }
constexpr auto fields(type<entrypoint>) { return std::tuple(field{"what", &entrypoint::what}); }
constexpr auto fields(type<cmd>) { return std::tuple(field{"what", &cmd::what}); }
constexpr auto fields(type<shell>) { return std::tuple(field{"words", &shell::words}); }
constexpr auto fields(type<stopsignal>) { return std::tuple(field{"text", &stopsignal::text}); }
constexpr auto fields(type<maintainer>) { return std::tuple(field{"text", &maintainer::text}); }
constexpr auto fields(type<onbuild>) { return std::tuple(field{"text", &onbuild::text}); }
constexpr auto fields(type<healthcheck>) {
    return std::tuple(field{"none", &healthcheck::none}, field{"test", &healthcheck::test}, field{"interval", &healthcheck::interval},
                      field{"timeout", &healthcheck::timeout}, field{"start_period", &healthcheck::start_period},
                      field{"start_interval", &healthcheck::start_interval}, field{"retries", &healthcheck::retries});
}
constexpr auto fields(type<global_arg>) { return std::tuple(field{"source", &global_arg::source}); }  // and those of `what`
constexpr auto fields(type<step>) { return std::tuple(field{"source", &step::source}); }              // and those of `what`
constexpr auto fields(type<stage>) {
    return std::tuple(field{"name", &stage::name}, field{"from", &stage::from}, field{"platform", &stage::platform},
                      field{"steps", &stage::steps}, field{"source", &stage::source});
}
constexpr auto fields(type<plan>) {
    return std::tuple(field{"args", &plan::args}, field{"stages", &plan::stages}, field{"targets", &plan::targets});
}

template <class T>
concept has_fields = requires {
    fields(type<T>{});
};

/// Names of the alternatives of `instruction`, in its order.
inline constexpr char const* instruction_names[] = {"run",        "copy",        "arg",     "env",        "label", "expose",
                                                    "volume",     "user",        "workdir", "entrypoint", "cmd",   "shell",
                                                    "stopsignal", "healthcheck", "onbuild", "maintainer"};
static_assert(std::size(instruction_names) == std::variant_size_v<instruction>);

/// Names of reference::kind, in its order.
inline constexpr char const* kind_names[] = {"context", "scratch", "stage", "image", "select"};

}  // namespace constage::plan::json_detail

#endif
