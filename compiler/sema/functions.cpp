// Functions: checked when first needed, so that their order does not matter and a round of calls is seen.
#include <fmt/format.h>

#include "compiler/sema/expressions.h"
#include "compiler/sema/resolve_types.h"
#include "compiler/sema/tables.h"

namespace endcap::sema {
namespace {

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
    context.functions[index].table ? check_table(context, index) : check_function(context, index);
    --context.depth;
    context.functions[index].state = FunctionInfo::State::Done;
  }
  const Function& function = context.program.functions[index];
  return function.result == abi::kNoType || !function.body ? nullptr : &function;
}

}  // namespace endcap::sema
