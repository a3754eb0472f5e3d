// What routes and syncs have in common: see deliveries.h.
#include "compiler/sema/deliveries.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/mends.h"
#include "compiler/sema/names.h"
#include "compiler/sema/payload.h"
#include "compiler/sema/policies.h"
#include "compiler/sema/systems.h"

namespace endcap::sema {
namespace {

constexpr uint32_t kParallelMax = 1000;

}  // namespace

DeliveryDescriber::DeliveryDescriber(Context& context, uint32_t module, std::string kind,
                                     const ast::Delivery& tree, Delivery& delivery, abi::Delivery& out)
    : context_(context),
      module_(module),
      kind_(std::move(kind)),
      tree_(tree),
      delivery_(delivery),
      out_(out),
      scope_(context, delivery.locals),
      expressions_(context, module, scope_) {
  systems();
  parallel();
}

void DeliveryDescriber::missing(const std::string& what, const std::string& remedy) {
  context_.emit(DiagnosticKind::CarriedIncomplete, tree_.name.span, {kind_, tree_.name.text, what})
      .note(remedy);
}

void DeliveryDescriber::systems() {
  from_ = require_system(context_, module_, tree_.from);
  to_ = require_system(context_, module_, tree_.to);
  if (tree_.from.text == tree_.to.text)
    context_.emit(DiagnosticKind::CarriedNowhere, tree_.to.span, {kind_, tree_.name.text, tree_.from.text})
        .note("what a system does with its own events is its own matter; a workflow can decide about them");
}

void DeliveryDescriber::require_system_of(const std::string& name, Span span, Span declared, uint32_t system,
                                          const SystemConfig* end) {
  if (!end || system_index(context_, end) == system) return;
  context_
      .emit(DiagnosticKind::CarriedFromElsewhere, span,
            {name, context_.program.abi.systems[system].name, end->name})
      .label(declared, "declared here");
}

void DeliveryDescriber::parallel() {
  if (!tree_.parallel) return;
  out_.parallel = std::clamp(tree_.parallel->count, 1u, kParallelMax);
  if (out_.parallel != tree_.parallel->count)
    context_.emit(DiagnosticKind::CarriedParallel, tree_.parallel->span,
                  {std::to_string(tree_.parallel->count)});
}

void DeliveryDescriber::run(TypeId carried) {
  delivery_.it = scope_.declare({"it", tree_.what.span}, carried);
  if (tree_.where) delivery_.where = expressions_.condition(tree_.where);
  mapping(carried);
  does();
}

void DeliveryDescriber::mapping(TypeId carried) {
  const std::string name = tree_.mapping.text();
  const Symbol* symbol = require_symbol(context_, module_, name, tree_.mapping.span, SymbolKind::Mapping);
  const Function* function = symbol ? require_function(context_, symbol->index, tree_.mapping.span) : nullptr;
  if (!function) return;
  const TypeId from = function->locals[function->parameters.front().index].type;
  if (from != carried) {
    if (from != abi::kNoType && carried != abi::kNoType)
      context_
          .emit(DiagnosticKind::CarriedMappingUnfit, tree_.mapping.span,
                {name, context_.type_name(from), context_.type_name(carried)})
          .label(symbol->span, "declared here");
    return;
  }
  made_type_ = function->result;
  CallFunction call{FunctionId(symbol->index), {}};
  call.arguments.push_back(make_expr(tree_.mapping.span, carried, LocalRef{delivery_.it}));
  delivery_.mapped = make_expr(tree_.mapping.span, made_type_, std::move(call));
  delivery_.made = scope_.hidden(symbol->name, made_type_, tree_.mapping.span);
}

ExprPtr DeliveryDescriber::made() const {
  return delivery_.mapped ? make_expr(tree_.mapping.span, made_type_, LocalRef{delivery_.made}) : nullptr;
}

// ---------------------------------------------------------------- what it does

void DeliveryDescriber::does() {
  using Does = ast::Delivery::Does;
  if (tree_.does == Does::Unsaid) {
    missing("what it does", "write `writes OPERATION under POLICY`, or `notifies OPERATION`");
    return;
  }
  const std::string name = tree_.operation.text();
  const Symbol* symbol = require_symbol(context_, module_, name, tree_.operation.span, SymbolKind::Operation);
  if (!symbol || !fits(symbol->index)) return;
  out_.operation = symbol->index;
  const std::vector<PolicyId> asked = policies(symbol->index);
  if (!delivery_.mapped) return;
  const std::vector<ExprPtr> given = arguments(symbol->index);
  delivery_.payload = payload_of(context_, scope_, symbol->index, given, tree_.mapping.span);
  if (is_invalid(*delivery_.payload)) return;
  for (const PolicyId policy : asked) {
    delivery_.asked.push_back(
        {policy, facts_of(context_, policy, context_.operations[symbol->index], given, tree_.mapping.span)});
    out_.policies.push_back(context_.program.policies[policy.index].index);
  }
}

// Whether the operation is of the class that is said, and one that can be done without anybody.
bool DeliveryDescriber::fits(uint32_t index) {
  const OperationInfo& operation = context_.operations[index];
  const abi::Operation& described = context_.program.abi.operations[index];
  const Span span = tree_.operation.span, declared = operation.tree->name.span;
  if (operation.tree->operation_class == ast::OperationDecl::Class::Missing) return false;  // told there
  const bool writes = tree_.does == ast::Delivery::Does::Writes;
  const auto wanted = writes ? abi::OperationClass::Write : abi::OperationClass::Notify;
  static constexpr std::string_view kClasses[] = {"read", "notify", "write"};
  if (described.operation_class != wanted) {
    context_
        .emit(DiagnosticKind::WrongClass, span,
              {described.name, std::string(kClasses[static_cast<size_t>(described.operation_class)]),
               std::string(kClasses[static_cast<size_t>(wanted)])})
        .label(declared, "declared here");
    return false;
  }
  require_system_of(described.name, span, declared, described.system, to_);
  if (operation.tree->strategy == ast::OperationDecl::Strategy::Unsafe)
    context_.emit(DiagnosticKind::CarriedUnsafe, span, {described.name})
        .label(declared, "declared here")
        .note(
            "what happens many times a day, without anybody, must be safe to try again: `idempotent`, `keyed "
            "by` or `queryable by`");
  return true;
}

// One a parameter: the field of its name.
std::vector<ExprPtr> DeliveryDescriber::arguments(uint32_t index) {
  const OperationInfo& operation = context_.operations[index];
  const std::string& name = context_.program.abi.operations[index].name;
  const std::vector<abi::Field> fields = context_.types[made_type_].fields;
  std::vector<ExprPtr> result;
  for (const Parameter& parameter : operation.parameters) {
    const auto found = std::ranges::find(fields, parameter.name, &abi::Field::name);
    if (parameter.type != abi::kNoType && context_.entity_in(parameter.type)) {
      context_
          .emit(DiagnosticKind::CarriedEntity, tree_.operation.span,
                {name, parameter.name, context_.type_name(parameter.type)})
          .label(parameter.span, "declared here")
          .note("declare an operation that takes what it sends, value by value");
      result.push_back(invalid(tree_.mapping.span));
    } else if (found == fields.end()) {
      context_
          .emit(DiagnosticKind::CarriedParameterMissing, tree_.operation.span,
                {name, parameter.name, context_.type_name(made_type_)})
          .label(parameter.span, "it is " + context_.type_name(parameter.type));
      result.push_back(invalid(tree_.mapping.span));
    } else {
      const auto field = static_cast<uint32_t>(found - fields.begin());
      ExprPtr value = make_expr(tree_.mapping.span, found->type, FieldOf{made(), field});
      result.push_back(expressions_.convert(
          std::move(value), parameter.type,
          {parameter.span,
           fmt::format("`{}` of {} is {}", parameter.name, name, context_.type_name(parameter.type))}));
    }
  }
  return result;
}

// All that govern a write are named, and no other: whoever reads it sees under what it is done.
std::vector<PolicyId> DeliveryDescriber::policies(uint32_t index) {
  const std::string& name = context_.program.abi.operations[index].name;
  const std::vector<Governing>& governed_by = context_.operations[index].governed_by;
  if (tree_.does == ast::Delivery::Does::Notifies) {
    if (!tree_.policies.empty())
      suggest_if(
          context_.emit(DiagnosticKind::CarriedUnderPolicy, tree_.policies.front().span, {name})
              .note("leave `under` out"),
          take_out_with(context_, "under", cover(tree_.policies.front().span, tree_.policies.back().span),
                        "leave `under` out"));
    return {};
  }
  std::vector<PolicyId> governing, asked;
  for (const Governing& each : governed_by) governing.push_back(each.policy);
  for (const ast::QualifiedName& policy : tree_.policies) {
    const Symbol* symbol = require_symbol(context_, module_, policy.text(), policy.span, SymbolKind::Policy);
    if (!symbol) return {};
    const PolicyId id(symbol->index);
    if (std::ranges::find(asked, id) != asked.end()) {
      suggest_if(context_.emit(DiagnosticKind::DuplicateName, policy.span, {policy.text()}),
                 take_out(context_, policy.span, "name it once"));
    } else if (!governing.empty() && std::ranges::find(governing, id) == governing.end()) {
      context_
          .emit(DiagnosticKind::WrongPolicy, policy.span,
                {name, context_.policy_names(governing), policy.text()})
          .label(governed_by.front().span, "governed here");
    } else {
      asked.push_back(id);
      require_silent(id, policy.span);
    }
  }
  if (governed_by.empty()) {
    context_.emit(DiagnosticKind::UngovernedWrite, tree_.operation.span, {name})
        .note("declare a `policy` that `governs` it");
  } else if (tree_.policies.empty()) {
    missing("under which policy it writes", "write `under " + context_.policy_names(governing) + "`");
  }
  for (const Governing& each : governed_by) {
    if (tree_.policies.empty() || std::ranges::find(asked, each.policy) != asked.end()) continue;
    context_
        .emit(DiagnosticKind::PolicyNotAsked, tree_.operation.span,
              {name, context_.policy_names({each.policy})})
        .label(each.span, "governed here")
        .note("all that govern a write must grant it: `under " + context_.policy_names(governing) + "`");
  }
  return asked;
}

void DeliveryDescriber::require_silent(PolicyId policy, Span span) {
  using Verdict = abi::PolicyRow::Verdict;
  const abi::Policy& described = context_.program.abi.policies[policy.index];
  for (size_t row = 0; row < described.rows.size(); ++row) {
    const Verdict verdict = described.rows[row].verdict;
    if (verdict != Verdict::Approval && verdict != Verdict::PermitAdvice) continue;
    context_
        .emit(DiagnosticKind::CarriedPolicyAsks, span,
              {described.name,
               verdict == Verdict::Approval ? "can ask for an approval" : "can let advice through"})
        .label(context_.program.policies[policy.index].rows[row].span, "this row does")
        .note(
            "let its rows `permit` or `forbid`: what is forbidden is held for the people who own the "
            "operation; "
            "what a person approves first is for a workflow");
    return;
  }
}

}  // namespace endcap::sema
