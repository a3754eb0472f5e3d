// Tests: what an advisor answers.
#include <algorithm>

#include "compiler/sema/advisors.h"
#include "compiler/sema/names.h"
#include "compiler/sema/test_checker.h"

namespace endcap::sema {

// An input that must be so, by its name or place. Those that are left out may be anything.
std::optional<std::pair<uint32_t, ExprPtr>> TestChecker::given_input(const ast::AnswersStmt& node,
                                                                     size_t index) {
  const Symbol* symbol =
      require_symbol(context_, module_, node.advisor.text, node.advisor.span, SymbolKind::Advisor);
  if (!symbol) return std::nullopt;
  const std::vector<Parameter>& parameters = context_.advisors[symbol->index].parameters;
  const ast::Argument& argument = node.arguments[index];
  size_t at = index;
  if (argument.name) {
    at = static_cast<size_t>(std::ranges::find(parameters, argument.name->text, &Parameter::name) -
                             parameters.begin());
  }
  if (at < parameters.size()) {
    const Origin origin{parameters[at].span, "it is asked for this"};
    ExprPtr value = plain(expressions_.check(argument.value, parameters[at].type, origin));
    if (!value) return std::nullopt;
    return std::pair{static_cast<uint32_t>(at), std::move(value)};
  }
  if (!argument.name) {
    context_
        .emit(DiagnosticKind::TooManyArguments, argument.value ? argument.value->span : node.advisor.span,
              {node.advisor.text, std::to_string(parameters.size())})
        .label(symbol->span, "declared here");
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const Parameter& parameter : parameters) names.push_back(parameter.name);
  with_suggestion(context_.emit(DiagnosticKind::UnknownParameter, argument.name->span,
                                {node.advisor.text, argument.name->text}),
                  argument.name->span, argument.name->text, names);
  return std::nullopt;
}

TestChecker::Made TestChecker::of(const ast::TestStmt&, const ast::AnswersStmt& node) {
  const Symbol* symbol =
      require_symbol(context_, module_, node.advisor.text, node.advisor.span, SymbolKind::Advisor);
  if (!symbol) return std::nullopt;
  GivenAnswer result{.advisor = symbol->index, .inputs = {}, .value = nullptr};
  bool sound = true;
  for (size_t i = 0; i < node.arguments.size(); ++i) {
    auto input = given_input(node, i);
    sound = sound && input;
    if (!input) continue;
    const auto same = [&](const auto& other) { return other.first == input->first; };
    if (std::ranges::any_of(result.inputs, same)) {
      context_.emit(DiagnosticKind::GivenTwice, input->second->span,
                    {context_.advisors[symbol->index].parameters[input->first].name});
      sound = false;
    }
    result.inputs.push_back(std::move(*input));
  }
  const Origin origin{context_.advisors[symbol->index].tree->result->span,
                      node.advisor.text + " answers this"};
  result.value =
      plain(expressions_.check(node.value, context_.program.abi.advisors[symbol->index].output, origin));
  if (node.confidence) {
    const auto confidence = confidence_of(context_, *node.confidence);
    sound = sound && confidence;
    result.confidence = confidence.value_or(0);
  }
  return sound && result.value ? Made(std::move(result)) : std::nullopt;
}

}  // namespace endcap::sema
