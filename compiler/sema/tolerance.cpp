// `tolerate`: how many elements of a loop may fail, and what an element that may fail can't do.
#include <charconv>

#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
namespace {

// Digits of "2.5", as millionths of a hundred when it is a percentage.
std::optional<uint64_t> amount_of(std::string text, bool share) {
  std::erase(text, '_');
  constexpr size_t kPlaces = 4;
  const size_t point = text.find('.');
  if (share) {
    std::string places = point == std::string::npos ? "" : text.substr(point + 1);
    if (places.size() > kPlaces) return std::nullopt;
    places.resize(kPlaces, '0');
    text = text.substr(0, point) + places;
  } else if (point != std::string::npos) {
    return std::nullopt;
  }
  uint64_t amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return amount;
}

// What runs beside an element would have to end with it. A workflow that it runs does: whatever that has
// beside it is over when it is.
const ast::Stmt* in_handlers(const std::vector<ast::Handler>& handlers) {
  for (const ast::Handler& handler : handlers) {
    if (const auto* found = branching(handler.body)) return found;
  }
  return nullptr;
}

const ast::Stmt* in_statement(const ast::Stmt& stmt) {
  if (std::holds_alternative<ast::TogetherStmt>(stmt.node)) return &stmt;
  if (const auto* step = std::get_if<ast::StepStmt>(&stmt.node)) return branching(step->body);
  if (const auto* repeat = std::get_if<ast::RepeatStmt>(&stmt.node)) {
    if (const auto* found = branching(repeat->body)) return found;
    return repeat->otherwise ? branching(*repeat->otherwise) : nullptr;
  }
  if (const auto* until = std::get_if<ast::StepUntilStmt>(&stmt.node))
    return until->handlers.empty() ? nullptr : &stmt;
  if (const auto* due = std::get_if<ast::DueStmt>(&stmt.node)) return due->handlers.empty() ? nullptr : &stmt;
  if (const auto* loop = std::get_if<ast::ForEachStmt>(&stmt.node))
    return loop->parallel ? &stmt : branching(loop->body);
  if (const auto* when = std::get_if<ast::WhenStmt>(&stmt.node)) {
    for (const auto& arm : when->arms) {
      if (const auto* found = branching(arm.body)) return found;
    }
    return when->otherwise ? branching(*when->otherwise) : nullptr;
  }
  if (const auto* match = std::get_if<ast::MatchStmt>(&stmt.node)) {
    for (const auto& arm : match->arms) {
      if (const auto* found = branching(arm.body)) return found;
    }
    return nullptr;
  }
  if (const auto* wait = std::get_if<ast::WaitUntilStmt>(&stmt.node)) {
    for (const ast::EventHandler& handler : wait->handlers) {
      if (const auto* found = branching(handler.body)) return found;
    }
    return nullptr;
  }
  if (const auto* let = std::get_if<ast::LetStmt>(&stmt.node)) {
    const auto* read = std::get_if<ast::Read>(&let->value);
    return read ? in_handlers(read->handlers) : nullptr;
  }
  return std::visit(
      []([[maybe_unused]] const auto& node) -> const ast::Stmt* {
        if constexpr (requires { std::vector<ast::Handler>(node.handlers); })
          return in_handlers(node.handlers);
        return nullptr;
      },
      stmt.node);
}

}  // namespace

const ast::Stmt* branching(const ast::Block& block) {
  for (const ast::Stmt& stmt : block.statements) {
    if (const auto* found = in_statement(stmt)) return found;
  }
  return nullptr;
}

std::optional<abi::Tolerance> WorkflowChecker::tolerance(const ast::ForEachStmt& node) {
  if (!node.tolerate) {
    if (node.otherwise)
      context_.emit(DiagnosticKind::OtherwiseWithoutTolerate, node.otherwise->span)
          .note("say how many may fail: `tolerate 2%` or `tolerate 3`");
    return std::nullopt;
  }
  const Span span = node.tolerate->span;
  std::string text = node.tolerate->text;
  const bool share = text.ends_with('%');
  if (share) text.pop_back();
  const auto amount = amount_of(text, share);
  constexpr uint64_t kAll = 1'000'000;
  if (!amount || (share && *amount > kAll)) {
    context_.emit(DiagnosticKind::BadLiteral, span,
                  {node.tolerate->text, share ? "share of all, with at most four places" : "whole number"});
    return std::nullopt;
  }
  if (!node.parallel)
    context_.emit(DiagnosticKind::TolerateInSequence, span)
        .note("say how many calls may be in flight at once: `parallel 20 tolerate ...`");
  if (!node.otherwise)
    context_.emit(DiagnosticKind::TolerateWithoutOtherwise, span)
        .note("add `otherwise { fail ... }` behind the loop");
  if (const ast::Stmt* found = branching(node.body))
    context_.emit(DiagnosticKind::ToleratedBranches, found->span)
        .label(span, "an element of this loop may fail alone")
        .note("let the elements end first, and do this behind the loop");
  return abi::Tolerance{share, *amount};
}

}  // namespace endcap::sema
