// Events: patterns, the equality that becomes an index key, and handlers.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/names.h"
#include "compiler/sema/workflow_checker.h"

namespace endcap::sema {
namespace {

bool mentions(const Expr& expr, const std::vector<LocalId>& locals) {
  bool found = false;
  clone(expr, nullptr, [&](LocalId local) {
    found = found || std::ranges::find(locals, local) != locals.end();
    return local;
  });
  return found;
}

void conjuncts(ExprPtr expr, std::vector<ExprPtr>& into) {
  auto* operation = std::get_if<Operation>(&expr->node);
  if (!operation || operation->op != Operator::And) {
    into.push_back(std::move(expr));
    return;
  }
  for (ExprPtr& operand : operation->operands) conjuncts(std::move(operand), into);
}

// The event's field that an expression is, when it is nothing more.
std::optional<uint32_t> field_of(const Expr& expr, const EventPattern& pattern) {
  if (const auto* local = std::get_if<LocalRef>(&expr.node)) {
    for (const auto& [bound, field] : pattern.bindings) {
      if (bound == local->local) return field;
    }
  }
  if (const auto* field = std::get_if<FieldOf>(&expr.node)) {
    const auto* local = std::get_if<LocalRef>(&field->record->node);
    if (local && local->local == pattern.record) return field->field;
  }
  return std::nullopt;
}

// The list that must contain a field of the event, when it is known before the event is.
bool is_one_of(const Expr& part, EventPattern& pattern, const std::vector<LocalId>& own) {
  const auto* contains = std::get_if<Operation>(&part.node);
  if (!contains || contains->op != Operator::Contains) return false;
  const auto field = field_of(*contains->operands[1], pattern);
  if (!field || mentions(*contains->operands[0], own)) return false;
  pattern.key_field = *field;
  pattern.key = clone(*contains->operands[0]);
  return true;
}

// Takes `id == promo.id` out of the condition as the key; the rest is the guard. Without one, the list of
// `article in promo.articles` is the key, any of it: the guard says it once more, for a list may be too long
// to be found by each of its elements.
void split(ExprPtr where, EventPattern& pattern) {
  std::vector<LocalId> own{pattern.record};
  for (const auto& [local, field] : pattern.bindings) own.push_back(local);
  std::vector<ExprPtr> parts;
  conjuncts(std::move(where), parts);
  for (ExprPtr& part : parts) {
    auto* equal = std::get_if<Operation>(&part->node);
    if (pattern.key_field || !equal || equal->op != Operator::Equal) continue;
    for (size_t side : {0u, 1u}) {
      const auto field = field_of(*equal->operands[side], pattern);
      if (!field || mentions(*equal->operands[1 - side], own)) continue;
      pattern.key_field = *field;
      pattern.key = std::move(equal->operands[1 - side]);
      part = nullptr;
      break;
    }
  }
  for (const ExprPtr& part : parts) {
    if (pattern.key_field) break;
    if (part) is_one_of(*part, pattern, own);
  }
  for (ExprPtr& part : parts) {
    if (!part) continue;
    const TypeId type = part->type;
    const Span span = part->span;
    pattern.guard = pattern.guard
                        ? make_operation(span, type, Operator::And, std::move(pattern.guard), std::move(part))
                        : std::move(part);
  }
}

bool ends(const Stmt& stmt) {
  if (std::holds_alternative<Finish>(stmt.node) || std::holds_alternative<Fail>(stmt.node)) return true;
  if (const auto* step = std::get_if<Step>(&stmt.node)) return ends_workflow(step->body);
  if (const auto* when = std::get_if<When>(&stmt.node)) {
    return when->otherwise && ends_workflow(*when->otherwise) &&
           std::ranges::all_of(when->arms, [](const When::Arm& arm) { return ends_workflow(arm.body); });
  }
  if (const auto* match = std::get_if<Match>(&stmt.node))
    return std::ranges::all_of(match->arms, [](const Match::Arm& arm) { return ends_workflow(arm.body); });
  return false;
}

}  // namespace

bool ends_workflow(const Block& block) { return std::ranges::any_of(block.statements, ends); }

bool WorkflowChecker::pattern(const ast::EventPattern& tree, const ast::Name* record_name,
                              EventPattern& into) {
  const Symbol* symbol =
      require_symbol(context_, module_, tree.event.text(), tree.event.span, SymbolKind::Event);
  if (!symbol) {
    for (const auto& binding : tree.bindings) scope_.declare(binding.name, abi::kNoType);
    if (record_name) scope_.declare(*record_name, abi::kNoType);
    return false;
  }
  into.event = symbol->index;
  into.span = tree.span;
  const TypeId record = context_.program.abi.events[symbol->index].record;
  into.record = record_name ? scope_.declare(*record_name, record)
                            : scope_.hidden(symbol->name, record, tree.event.span);
  std::vector<std::string> names;
  for (const abi::Field& field : context_.types[record].fields) names.push_back(field.name);
  for (const auto& binding : tree.bindings) {
    const ast::Name& field = binding.field ? *binding.field : binding.name;
    const auto found = std::ranges::find(names, field.text);
    if (found == names.end()) {
      with_suggestion(context_.emit(DiagnosticKind::UnknownField, field.span, {symbol->name, field.text}),
                      field.span, field.text, names)
          .label(symbol->span, "the event is declared here");
      scope_.declare(binding.name, abi::kNoType);
      continue;
    }
    const auto index = static_cast<uint32_t>(found - names.begin());
    const TypeId type = context_.types[record].fields[index].type;
    into.bindings.emplace_back(scope_.declare(binding.name, type), index);
  }
  if (tree.where) {
    std::map<std::string, std::string> fields;
    for (const std::string& field : names)
      fields[field] =
          fmt::format("`{0}` is a field of the event: write `{1}({0})` to name it here", field, symbol->name);
    scope_.offer(std::move(fields));
    ExprPtr where = expressions_.condition(tree.where);
    scope_.offer({});
    if (is_invalid(*where)) return false;
    split(std::move(where), into);
  }
  return true;
}

std::optional<EventHandler> WorkflowChecker::event_handler(const ast::EventHandler& tree, bool waiting) {
  EventHandler handler{.span = tree.span};
  std::vector<LocalId>* const outside = std::exchange(leaving_, nullptr);
  scope_.open("the handler");
  ++nesting_;
  const size_t machine = machine_;
  if (!waiting) ++machine_;
  Rounds* const rounds = std::exchange(rounds_, nullptr);
  const bool sound = pattern(tree.pattern, nullptr, handler.pattern);
  handler.body = statements(tree.body);
  if (tree.end) {
    switch (tree.end->form) {
      case ast::HandlerEnd::Form::WaitUntil:
        handler.value = moment(tree.end->value);
        handler.next = Next::WaitUntil;
        if (!waiting) refuse_end(*tree.end, "in `throughout`: nothing waits there");
        break;
      case ast::HandlerEnd::Form::Continue:
        handler.next = Next::Continue;
        if (!waiting) refuse_end(*tree.end, "in `throughout`: the workflow goes on by itself");
        if (tree.end->value) refuse_end(*tree.end, "with a value here");
        break;
      case ast::HandlerEnd::Form::Skip:
        handler.next = Next::Skip;
        if (!waiting) refuse_end(*tree.end, "in `throughout`");
        break;
      case ast::HandlerEnd::Form::Retry:
      case ast::HandlerEnd::Form::AskAgain:
      case ast::HandlerEnd::Form::Again:
        refuse_end(*tree.end, "in the handler of an event");
        break;
    }
  }
  rounds_ = rounds;
  machine_ = machine;
  --nesting_;
  scope_.close();
  leaving_ = outside;
  handler.ends_workflow = ends_workflow(handler.body);
  return sound ? std::optional(std::move(handler)) : std::nullopt;
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt& tree, const ast::ThroughoutStmt& node) {
  if (nesting_ != 1)
    context_.emit(DiagnosticKind::ThroughoutInside, tree.span)
        .note("it hears events in every step: put it before the first one");
  Throughout throughout;
  std::string identity = node.handlers.empty() ? "" : path("throughout", tree.span);
  ++waits_;
  if (nesting_ == 1) {
    for (const ast::Fallback& each : node.fallbacks) throughout.fallbacks.push_back(say_for_all(each));
  }
  for (const ast::EventHandler& each : node.handlers) {
    const Inside inside(*this, "throughout." + each.pattern.event.text());
    if (auto handler = event_handler(each, false)) throughout.handlers.push_back(std::move(*handler));
  }
  return make(tree.span, std::move(throughout), std::move(identity));
}

}  // namespace endcap::sema
