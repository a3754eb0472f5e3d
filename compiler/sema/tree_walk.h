// Reads typed trees that are finished: every statement and every expression, outermost first. The passes,
// which change a tree as they go, have passes/walk.h.
#pragma once

#include <functional>

#include "compiler/sema/typed.h"

namespace endcap::sema {

// What is called on the way; either may be empty.
struct Walker {
  std::function<void(const Stmt&)> statement;
  std::function<void(const Expr&)> expression;
};

// An approval's handlers are met where the approval stands, not again at its writes; the body of a workflow
// that is run where it is declared, not again where it is run.
void walk(const Block& block, const Walker& walker);
void walk(const Expr& expression, const Walker& walker);
// The expressions that a statement evaluates itself: not those of the blocks in it, nor of its handlers.
void visit_expressions(const Stmt& stmt, const std::function<void(const Expr&)>& visit);

}  // namespace endcap::sema
