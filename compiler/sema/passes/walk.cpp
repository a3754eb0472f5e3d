// Visiting the typed tree.
#include "compiler/sema/passes/walk.h"

#include <set>

namespace endcap::sema {

void visit_handlers(Stmt& stmt, const HandlerVisitor& visit) {
  std::visit(
      [&](auto& node) {
        if constexpr (requires { node.handlers; }) {
          if constexpr (std::is_same_v<decltype(node.handlers), std::vector<Handler>>) {
            for (Handler& handler : node.handlers) visit(handler);
          }
        }
      },
      stmt.node);
}

LocalId result_of(const Stmt& stmt) {
  return std::visit(
      [](const auto& node) {
        if constexpr (requires { node.answer; })
          return node.answer;
        else if constexpr (requires {
                             node.handlers;
                             node.local;
                           })
          return node.local;
        else
          return LocalId();
      },
      stmt.node);
}

void visit_event_handlers(Stmt& stmt, const std::function<void(EventHandler&)>& visit) {
  std::visit(
      [&](auto& node) {
        if constexpr (requires { node.handlers; }) {
          if constexpr (std::is_same_v<decltype(node.handlers), std::vector<EventHandler>>) {
            for (EventHandler& handler : node.handlers) visit(handler);
          }
        }
      },
      stmt.node);
}

void visit_blocks(Stmt& stmt, const BlockVisitor& visit) {
  if (auto* when = std::get_if<When>(&stmt.node)) {
    for (When::Arm& arm : when->arms) visit(arm.body);
    if (when->otherwise) visit(*when->otherwise);
  } else if (auto* match = std::get_if<Match>(&stmt.node)) {
    for (Match::Arm& arm : match->arms) visit(arm.body);
  } else if (auto* loop = std::get_if<ForEach>(&stmt.node)) {
    visit(loop->body);
    if (loop->otherwise) visit(*loop->otherwise);
  } else if (auto* together = std::get_if<Together>(&stmt.node)) {
    for (Together::Branch& branch : together->branches) visit(branch.body);
  } else if (auto* step = std::get_if<Step>(&stmt.node)) {
    visit(step->body);
  } else if (auto* repeat = std::get_if<Repeat>(&stmt.node)) {
    visit(repeat->body);
    visit(repeat->otherwise);
  } else if (auto* run = std::get_if<Run>(&stmt.node)) {
    visit(run->body);
  } else if (auto* due = std::get_if<Due>(&stmt.node)) {
    if (due->late) visit(*due->late);
  }
  std::set<const Block*> seen;
  visit_handlers(stmt, [&](Handler& handler) {
    if (handler.body && seen.insert(handler.body.get()).second) visit(*handler.body);
  });
  visit_event_handlers(stmt, [&](EventHandler& handler) { visit(handler.body); });
}

void visit_statements(Block& block, const std::function<void(Stmt&)>& visit) {
  for (Stmt& stmt : block.statements) {
    visit(stmt);
    visit_blocks(stmt, [&](Block& inner) { visit_statements(inner, visit); });
  }
}

}  // namespace endcap::sema
