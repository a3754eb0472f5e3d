// Visiting the typed tree: the blocks inside a statement and the expressions it evaluates, each in source
// order.
#pragma once

#include <functional>

#include "compiler/sema/typed.h"

namespace endcap::sema {

using HandlerVisitor = std::function<void(Handler&)>;
using BlockVisitor = std::function<void(Block&)>;

// Handlers of a statement that has some; nothing for others.
void visit_handlers(Stmt& stmt, const HandlerVisitor& visit);
// Where what a statement gives is kept, by whichever path: what a read or a task gives. Invalid for others.
LocalId result_of(const Stmt& stmt);
// Event handlers of `throughout` and `wait until`.
void visit_event_handlers(Stmt& stmt, const std::function<void(EventHandler&)>& visit);
// Every block directly inside: arms, bodies (of a workflow that is run too), branches, handler bodies (a body
// shared by two causes once).
void visit_blocks(Stmt& stmt, const BlockVisitor& visit);
// Every statement of the block and of the blocks inside, outermost first.
void visit_statements(Block& block, const std::function<void(Stmt&)>& visit);

}  // namespace endcap::sema
