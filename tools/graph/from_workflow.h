// The graph of a workflow, from its typed tree. Expressions are shown as their author wrote them.
#pragma once

#include "compiler/sema/typed.h"
#include "tools/graph/graph.h"

namespace endcap::graph {

// `program` must have been checked without errors.
Graph graph_of(const sema::Program& program, const sema::Workflow& workflow, const SourceMap& sources);

// Text of a file as one line: comments left out, blanks and line ends one blank each.
std::string one_line(std::string_view text);

}  // namespace endcap::graph
