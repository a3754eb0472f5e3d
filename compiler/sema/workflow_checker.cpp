// The frame of a workflow: what starts it, its blocks, and what all statements share.
#include "compiler/sema/workflow_checker.h"

#include <fmt/format.h>

#include <algorithm>

namespace endcap::sema {

WorkflowChecker::WorkflowChecker(Context& context, uint32_t index)
    : context_(context),
      index_(index),
      module_(context.workflows[index].module),
      locals_(own_locals_),
      scope_(context, locals_),
      expressions_(context, module_, scope_),
      paths_(own_paths_) {
  expressions_.mention = [this](LocalId local, Span span) { note_mention(local, span); };
}

void WorkflowChecker::run() {
  const size_t errors = context_.diagnostics.error_count();
  workflow().calendar = context_.modules[module_].calendar;
  start_parameters();
  nesting_ = 1;
  if (const ast::ExceptionDecl* exception = info().exception) {
    workflow().body = exception_body(*exception);
  } else {
    instance_key(*info().tree);
    workflow().body = statements(info().tree->body);
    upgrades();
  }
  end_fallbacks(errors);
  workflow().locals = std::move(locals_);
  link_approvals();
  context_.workflows[index_].statements = statements_;
}

// ---------------------------------------------------------------- start

void WorkflowChecker::start_parameters() {
  for (size_t i = 0; i < info().parameters().size(); ++i) {
    const ast::Parameter& parameter = info().parameters()[i];
    const bool grant =
        out().only_run && parameter.type && parameter.type->form == ast::TypeRef::Form::GrantOf;
    workflow().parameters[i].local =
        grant ? declare_grant(parameter) : scope_.declare(parameter.name, info().parameter_types[i]);
  }
}

void WorkflowChecker::instance_key(const ast::WorkflowDecl& tree) {
  if (out().only_run) return;
  if (tree.key.empty()) {
    context_.emit(DiagnosticKind::InstanceKeyMissing, tree.name.span, {tree.name.text})
        .note("write `key` and one of the values that start it, as in `key promo.id`");
    return;
  }
  std::vector<uint32_t> key;
  for (const ast::ExprPtr& part : tree.key) {
    const std::string name = source_name(*part);
    const auto found = std::ranges::find(out().parameters, name, &abi::Workflow::StartParameter::name);
    const auto index = static_cast<uint32_t>(found - out().parameters.begin());
    if (found == out().parameters.end()) {
      key_not_given(tree, part);
    } else if (std::ranges::find(key, index) != key.end()) {
      context_.emit(DiagnosticKind::DuplicateName, part->span, {name});
    } else {
      key.push_back(index);
    }
  }
  if (!key.empty()) out().key_parameters = std::move(key);
}

void WorkflowChecker::key_not_given(const ast::WorkflowDecl& tree, const ast::ExprPtr& part) {
  if (is_invalid(*expressions_.check(part))) return;
  std::vector<std::string> names;
  for (const auto& parameter : out().parameters) names.push_back(parameter.name);
  context_.emit(DiagnosticKind::InstanceKeyNotGiven, part->span,
                {tree.name.text, fmt::format("{}", fmt::join(names, ", "))});
}

// ---------------------------------------------------------------- blocks

Block WorkflowChecker::statements(const ast::Block& tree) {
  Block result;
  result.span = tree.span;
  for (const ast::Stmt& stmt : tree.statements) {
    if (auto made = statement(stmt)) result.statements.push_back(std::move(*made));
  }
  return result;
}

Block WorkflowChecker::block(const ast::Block& tree, const std::string& what) {
  std::vector<LocalId>* const outside = std::exchange(leaving_, nullptr);
  scope_.open(what);
  ++nesting_;
  Block result = statements(tree);
  --nesting_;
  scope_.close();
  leaving_ = outside;
  return result;
}

std::optional<Stmt> WorkflowChecker::statement(const ast::Stmt& tree) {
  ++statements_;
  return std::visit([&](const auto& node) { return of(tree, node); }, tree.node);
}

WorkflowChecker::Made WorkflowChecker::of(const ast::Stmt&, const ast::ErrorStmt&) { return std::nullopt; }

ExprPtr WorkflowChecker::moment(const ast::ExprPtr& tree) {
  ExprPtr value = expressions_.check(tree);
  if (is_invalid(*value) || context_.types.is(value->type, Kind::Instant)) return value;
  if (context_.types.is(value->type, Kind::Date)) {
    context_.emit(DiagnosticKind::DateNeedsTime, value->span)
        .note("say when on that day and where: `at 06:00 zone \"Australia/Sydney\"`");
    return invalid(value->span);
  }
  return expressions_.convert(std::move(value), context_.types.simple(Kind::Instant), {});
}

namespace {

// How long a duration that is written down is: microseconds, or whole business days.
std::optional<Duration> written_length(const Context& context, const Expr& value) {
  if (is_invalid(value)) return std::nullopt;
  if (const auto* literal = std::get_if<Literal>(&value.node))
    return static_cast<Duration>(literal->cell.bits);
  const auto* operation = std::get_if<Operation>(&value.node);
  if (!operation || !context.types.is(value.type, Kind::Duration)) return std::nullopt;
  if (operation->op != Operator::Add && operation->op != Operator::Subtract) return std::nullopt;
  const auto left = written_length(context, *operation->operands[0]);
  const auto right = written_length(context, *operation->operands[1]);
  if (!left || !right) return std::nullopt;
  return operation->op == Operator::Add ? *left + *right : *left - *right;
}

bool in_business_days(const Context& context, const Expr& value) {
  const auto* literal = std::get_if<Literal>(&value.node);
  if (!literal || !context.types.is(value.type, Kind::BusinessDuration)) return false;
  return static_cast<BusinessDuration::Unit>(literal->cell.bits >> 64) == BusinessDuration::Unit::Days;
}

// The least that can pass on the clock. Business hours pass while it is open only, and of business days the
// last one may end earlier than it began.
std::optional<Duration> least_on_the_clock(const Context& context, const Expr& value) {
  const auto length = written_length(context, value);
  if (!length || !in_business_days(context, value)) return length;
  return (*length - 1) * kDay;
}

// Whether `length` is certainly no shorter than `limit`. Without its calendar business time has no longest:
// only two of one unit compare, and clock time as the limit.
bool reaches(const Context& context, const Expr& length, const Expr& limit) {
  if (is_invalid(length) || is_invalid(limit)) return false;
  const bool alike =
      length.type == limit.type && in_business_days(context, length) == in_business_days(context, limit);
  if (!alike && !context.types.is(limit.type, Kind::Duration)) return false;
  const auto least = alike ? written_length(context, length) : least_on_the_clock(context, length);
  const auto most = written_length(context, limit);
  return least && most && *least >= *most;
}

}  // namespace

ExprPtr WorkflowChecker::deadline(const ast::ExprPtr& tree, Span span, const std::string& what, bool kept) {
  if (tree) {
    ExprPtr value = expressions_.duration(tree, kept);
    const auto length = written_length(context_, *value);
    if (!length || *length > 0) return value;
    context_.emit(DiagnosticKind::DeadlineNotPositive, value->span, {what});
    return invalid(value->span);
  }
  context_.emit(DiagnosticKind::DeadlineMissing, span, {what})
      .note("every wait has an end: say `within 4 business hours`, or another time, and what happens then");
  return invalid(span);
}

ExprPtr WorkflowChecker::before_deadline(const ast::ExprPtr& tree, const Expr* within,
                                         const std::string& what, bool kept) {
  ExprPtr value = deadline(tree, {}, what, kept);
  if (!within || !reaches(context_, *value, *within)) return value;
  context_.emit(DiagnosticKind::AfterDeadline, value->span, {what})
      .label(within->span, "then it has expired already");
  return invalid(value->span);
}

LocalId WorkflowChecker::bind_leaving(const ast::Name& name, TypeId type) {
  const LocalId local = scope_.declare(name, type);
  if (leaving_) leaving_->push_back(local);
  return local;
}

void WorkflowChecker::note_mention(LocalId local, Span span) {
  const auto made = made_.find(local);
  if (made == made_.end() || made->second == std::pair{waits_, machine_}) return;
  context_.emit(DiagnosticKind::RatioAcrossWait, span, {locals_[local.index].name})
      .label(locals_[local.index].span, "made here")
      .note(
          "a ratio may need any number of digits and can't be stored: round it where it is made, `round ... "
          "to 4 places half even`");
}

void check_workflows(Context& context) {
  for (uint32_t i = 0; i < context.workflows.size(); ++i)
    require_workflow(context, i, context.workflows[i].name().span);
  for (uint32_t i = 0; i < context.workflows.size(); ++i) {
    const ast::Name& name = context.workflows[i].name();
    if (!context.program.abi.workflows[i].only_run || context.workflows[i].is_run) continue;
    context.emit(DiagnosticKind::InstanceKeyMissing, name.span, {name.text})
        .note("write `key` and one of the values that start it, as in `key promo.id`")
        .note("without a key it is for other workflows to `run`, and none does");
  }
}

}  // namespace endcap::sema
