// Functions: checked when first needed, so that their order does not matter and a round of calls is seen.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/expressions.h"
#include "compiler/sema/mappings.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/tables.h"

namespace endcap::sema {
namespace {

constexpr uint64_t kFunctionStepsMax = 50'000;  // some milliseconds when interpreted

// Adds the steps of an expression, and how deep the functions it calls call each other.
void measure(const Context& context, const Expr& expression, FunctionInfo& into) {
  into.steps = std::min(into.steps + 1, kFunctionStepsMax + 1);
  if (const auto* call = std::get_if<CallFunction>(&expression.node)) {
    const FunctionInfo& callee = context.functions[call->function.index];
    into.steps = std::min(into.steps + callee.steps, kFunctionStepsMax + 1);
    into.depth = std::max(into.depth, callee.depth + 1);
  }
  visit_parts(expression, [&](const Expr& part) { measure(context, part, into); });
}

// Each is told once: what it makes too large or too deep starts anew at those who call it.
void limit_size(Context& context, uint32_t index) {
  FunctionInfo& info = context.functions[index];
  const Function& function = context.program.functions[index];
  if (!function.body) return;
  measure(context, *function.body, info);
  if (info.steps > kFunctionStepsMax) {
    context
        .emit(DiagnosticKind::FunctionTooLarge, function.span,
              {function.name, std::to_string(kFunctionStepsMax)})
        .note("functions that call functions several times multiply");
    info.steps = 0;
  }
  if (info.depth > kDeclarationDepthMax) {
    context.emit(DiagnosticKind::NestedTooDeep, function.span, {std::to_string(kDeclarationDepthMax)})
        .note("functions call functions in a long chain");
    info.depth = 0;
  }
}

void check_function(Context& context, uint32_t index) {
  const ast::FunctionDecl& tree = *context.functions[index].function;
  const uint32_t module = context.functions[index].module;
  Function function;
  function.name = tree.name.text;
  function.span = tree.name.span;
  Scope scope(context, function.locals);
  for (const ast::Parameter& parameter : tree.parameters)
    function.parameters.push_back(
        scope.declare(parameter.name, resolve_type(context, module, parameter.type.get())));
  if (tree.result) function.result = resolve_type(context, module, tree.result.get());
  Expressions expressions(context, module, scope);
  const bool lost = tree.result && function.result == abi::kNoType;
  function.body = expressions.check(tree.body, function.result,
                                    {tree.result ? tree.result->span : Span{}, "the function says so"});
  if (!tree.result) function.result = function.body->type;
  if (lost) function.result = abi::kNoType;
  context.program.functions[index] = std::move(function);
}

}  // namespace

const Function* require_function(Context& context, uint32_t index, Span use) {
  FunctionInfo& info = context.functions[index];
  if (info.state == FunctionInfo::State::Visiting) {
    context.emit(DiagnosticKind::RecursiveFunction, use, {info.name->text})
        .label(info.name->span, "declared here")
        .note(
            "a workflow's arithmetic always ends: functions don't call themselves, not even through others");
    return nullptr;
  }
  if (info.state == FunctionInfo::State::Fresh) {
    if (context.depth >= kDeclarationDepthMax) {
      context.emit(DiagnosticKind::NestedTooDeep, use, {std::to_string(kDeclarationDepthMax)})
          .note("functions call functions in a long chain");
      return nullptr;
    }
    info.state = FunctionInfo::State::Visiting;
    ++context.depth;
    const FunctionInfo& declared = context.functions[index];
    if (declared.table) {
      check_table(context, index);
    } else {
      declared.mapping ? check_mapping(context, index) : check_function(context, index);
    }
    --context.depth;
    limit_size(context, index);
    context.functions[index].state = FunctionInfo::State::Done;
  }
  const Function& function = context.program.functions[index];
  return function.result == abi::kNoType || !function.body ? nullptr : &function;
}

}  // namespace endcap::sema
