// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_HELP_IPP_INCLUDED
#define CONSTAGE_CLI_HELP_IPP_INCLUDED

#include <constage/cli/help.hpp>

namespace constage::cli {

namespace help_detail {

struct entry {
    command what;
    std::string_view name, summary;
    bool of_programs;  ///< build programs have it too
    std::string_view examples;
};

inline constexpr entry entries[] = {
    {command::build, "build", "Build an image.", true,
     "Examples:\n"
     "  constage build .                                     into the store; prints the digest\n"
     "  constage build --cache-from host/app:cache --cache-to type=registry,ref=host/app:cache,mode=max .\n"
     "  constage build -f app.Dockerfile -t app:1 -o type=oci,dest=app.tar .\n"
     "  constage build --target test --build-arg VERSION=2 .\n"
     "  constage build --build-context base=oci-layout://images/base:latest .\n"
     "  constage build -o out .                              the files of the image into a directory\n"
     "  constage build --check .                             look at the Dockerfile, build nothing\n"},
    {command::plan, "plan", "Show what would be built: stages, what they need, what is pruned, the critical path. Needs no network.", true,
     "Examples:\n"
     "  constage plan                                        as text\n"
     "  constage plan --format dot | dot -Tsvg > plan.svg\n"
     "  constage plan --format mermaid --target test .\n"
     "  constage plan --format json | jq '.stages[].name'\n"},
    {command::ast, "ast", "Print what Dockerfiles say, one line of JSON for each.", false,
     "Examples:\n"
     "  constage ast Dockerfile | jq .stages\n"
     "  find . -name Dockerfile | xargs constage ast\n"},
    {command::import_, "import", "Write a Dockerfile as a C++ build program.", false,
     "Examples:\n"
     "  constage import > build.cpp\n"
     "  constage import docker/app.Dockerfile -o build.cpp\n"},
    {command::export_, "export", "Write a plan in another language: a Dockerfile.", true,
     "Examples:\n"
     "  ./build export dockerfile > Dockerfile               from a build program\n"
     "  constage export dockerfile -f app.Dockerfile         the plan of a Dockerfile, written anew\n"},
    {command::check, "check", "Check a Dockerfile with the build checks of BuildKit. Exit code 1 if there are warnings.", false,
     "Examples:\n"
     "  constage check\n"
     "  constage check -f app.Dockerfile --format json\n"},
    {command::why, "why", "Say what each step of the last build did: cached, or ran, and which ingredient had changed.", true,
     "Examples:\n"
     "  constage why                                         of the Dockerfile here\n"
     "  constage why runtime                                 only steps that this stage needs\n"
     "  constage why -f app.Dockerfile --context src\n"},
    {command::store_list, "store ls", "List builds and their steps: what each takes on the disk, when it was last used, its log.", true,
     "Example:\n  constage store ls --store DIR\n"},
    {command::store_usage, "store du", "Say what the store takes on the disk, and what of it `store prune` would remove.", true,
     "Example:\n  constage store du --store DIR\n"},
    {command::store_check, "store check", "Read the whole store and say what is damaged. Exit code 1 if something is.", true,
     "Example:\n  constage store check --store DIR\n"},
    {command::prune, "store prune", "Remove from the store what no image needs.", true,
     "Examples:\n"
     "  constage store prune                                 cached steps, layers, blobs\n"
     "  constage store prune --filter until=168h             what was not used for a week\n"
     "  constage store prune --keep-storage 10gb             what was used last stays, as much as that\n"
     "  constage store prune --all                           also cache mounts and images without a tag\n"},
    {command::doctor, "doctor", "Say what this machine allows, and how to allow what is missing.", true, "Example:\n  constage doctor\n"},
    {command::version, "version", "Print the version, and with what layers are compressed.", true, ""},
};

CONSTAGE_INLINE entry const& find(command c) {
    for (auto const& e : entries)
        if (e.what == c) return e;
    return entries[0];
}

}  // namespace help_detail

CONSTAGE_INLINE std::string_view name_of(command c) { return help_detail::find(c).name; }
CONSTAGE_INLINE std::string_view summary_of(command c) { return help_detail::find(c).summary; }

CONSTAGE_INLINE std::string_view examples_of(command c, program who) {
    if (who == program::tool) return help_detail::find(c).examples;
    if (c == command::build)
        return "Examples:\n"
               "  ./build                                  into the store; prints the digest\n"
               "  ./build -t app:1 -o type=oci,dest=app.tar\n"
               "  ./build --target test --build-arg VERSION=2\n"
               "Other commands: plan, prune, doctor, version; each has --help.\n";
    if (c == command::plan)
        return "Examples:\n"
               "  ./build plan\n"
               "  ./build plan --format dot | dot -Tsvg > plan.svg\n"
               "  ./build plan --format json\n";
    return "";
}

CONSTAGE_INLINE std::string call_of(command c, program who) {
    if (who == program::tool) return "constage " + std::string(name_of(c));
    return c == command::build ? "./build" : "./build " + std::string(name_of(c));
}

CONSTAGE_INLINE std::optional<command> find_command(std::string_view name, program who) {
    if (name == "prune") name = "store prune";
    for (auto const& e : help_detail::entries)
        if (e.name == name && (who == program::tool || e.of_programs)) return e.what;
    return std::nullopt;
}

CONSTAGE_INLINE std::vector<std::string> command_names(program who) {
    std::vector<std::string> names;
    for (auto const& e : help_detail::entries)
        if (who == program::tool || e.of_programs) names.emplace_back(e.name);
    return names;
}

CONSTAGE_INLINE std::string overview() {
    std::string text =
        "constage " CONSTAGE_VERSION
        ": container images from C++ or from a Dockerfile, without a daemon\n\nUsage: constage COMMAND [OPTIONS]\n\nCommands:\n";
    for (auto const& e : help_detail::entries)
        text += "  " + std::string(e.name) + std::string(13 - e.name.size(), ' ') + std::string(e.summary) + "\n";
    return text +
           "\nFirst steps:\n"
           "  constage build -t app .          build the Dockerfile here\n"
           "  constage plan                    look at its stages first\n"
           "  constage import > build.cpp      and write it as C++ from now on\n"
           "\n`constage COMMAND --help` tells more.\n";
}

}  // namespace constage::cli

#endif
