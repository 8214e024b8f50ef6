// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_JSON_HPP_INCLUDED
#define CONSTAGE_PLAN_JSON_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <string>
#include <string_view>

/// The JSON form of a plan, version 1. Field names are those of plan.hpp; a field that has its default value is left out.
///
///     plan         {version: 1, args?: [arg…], stages: [stage…], targets?: [index…]}
///     stage        {name?, from: reference, platform?, steps?: [step…], source?}
///     reference    {kind: context | scratch | stage | image | select, stage?: index, text?, choices?: [index…]}; the context is left out
///     source       {file?, line?, last_line?}; only ever under a key "source", so that a reader can leave out all of it by name
///     command      "text" (shell form) or ["argv", …] (exec form)
///     pairs        [["key", "value"], …] in order
///     step         {instruction: one of the names below, its fields…, source?}
///     text         a string; bytes that are not UTF-8: {bytes: "hexadecimal"}
///
///     heredoc      {name, body, expand?: false, chomp?: true, fd?}
///
// clang-format off
/// | instruction                           | fields                                                                                      |
/// |---------------------------------------|---------------------------------------------------------------------------------------------|
/// | run                                   | what: command, heredocs?: [heredoc…], mounts?: [{from?: reference, options: {key: text}}…], |
/// |                                       | network?, security?, devices?                                                               |
/// | copy                                  | add?: true, from?: reference, sources?, files?: [heredoc…], destination, chown?, chmod?,    |
/// |                                       | checksum?, exclude?, link?, parents?, keep_git_dir?, unpack?                                |
/// | arg                                   | list: [{name, value?}…]; also the elements of `args`, with source                           |
/// | env, label                            | list: pairs                                                                                 |
/// | expose                                | ports: [text…]                                                                              |
/// | volume                                | paths: [text…]                                                                              |
/// | user, stopsignal, maintainer, onbuild | text                                                                                        |
/// | workdir                               | path                                                                                        |
/// | entrypoint, cmd                       | what: command                                                                               |
/// | shell                                 | words: [text…]                                                                              |
/// | healthcheck                           | none?: true, test?: command, interval?, timeout?, start_period?, start_interval?, retries?  |
// clang-format on
namespace constage::plan {

/// Canonical: keys sorted, the same plan gives the same bytes; `indent` < 0 is one line. Throws constage::failure if a mount has an option
/// whose *name* is not UTF-8.
std::string to_json(plan const& what, int indent = 2);

/// Reads what to_json wrote: from_json(to_json(p)) == p. Unknown fields, wrong types, indices of stages that are not there and texts
/// over 64 MiB are refused: constage::failure names the field (`stages[2].steps[0].sources`).
plan from_json(std::string_view text);

}  // namespace constage::plan

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/plan/json.ipp>
#endif
#endif
