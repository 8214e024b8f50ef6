// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_HPP_INCLUDED
#define CONSTAGE_DSL_HPP_INCLUDED

/// All that a build program needs: the words, the graph, its checks, and the declaration of constage::main. No standard header is
/// included, so that a program of a few stages compiles in a fraction of a second.

#include <constage/dsl/block.hpp>
#include <constage/dsl/command.hpp>
#include <constage/dsl/config.hpp>
#include <constage/dsl/copy.hpp>
#include <constage/dsl/from.hpp>
#include <constage/dsl/healthcheck.hpp>
#include <constage/dsl/literals.hpp>
#include <constage/dsl/main.hpp>
#include <constage/dsl/run.hpp>
#include <constage/dsl/stage.hpp>
#include <constage/graph/graph.hpp>
#include <constage/graph/query.hpp>
#include <constage/lint/lint.hpp>
#include <constage/policy/policy.hpp>

#undef CONSTAGE_HERE

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/cli/program.ipp>
#endif
#endif
