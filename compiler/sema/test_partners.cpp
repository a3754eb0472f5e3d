// Tests: partners that call an interface.
#include <algorithm>

#include "compiler/sema/names.h"
#include "compiler/sema/test_checker.h"

namespace endcap::sema {

// The version that is meant: the newest unless it says which.
std::optional<uint32_t> TestChecker::interface_meant(const ast::CallsStmt& node) {
  if (node.operation.parts.size() < 2) {
    context_.emit(DiagnosticKind::UnknownOperation, node.operation.span, {node.operation.text()})
        .note("write the interface in front: `INTERFACE.OPERATION(...)`");
    return std::nullopt;
  }
  const ast::Name& name = node.operation.parts[node.operation.parts.size() - 2];
  const Symbol* symbol = require_symbol(context_, module_, name.text, name.span, SymbolKind::Interface);
  if (!symbol) return std::nullopt;
  const auto& all = context_.program.abi.interfaces;
  std::optional<uint32_t> found;
  for (uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].name != name.text || (node.version && all[i].version != *node.version)) continue;
    if (!found || all[i].version > all[*found].version) found = i;
  }
  if (!found)
    context_.emit(DiagnosticKind::BadLiteral, node.operation.span,
                  {std::to_string(*node.version), "version of interface " + name.text});
  return found;
}

bool TestChecker::partner_known(const ast::CallsStmt& node) {
  std::vector<std::string> known;
  for (const PartnerConfig& config : context_.project.partners) {
    if (config.partner == node.partner.text) known.push_back(config.name);
  }
  if (known.empty() && !node.person) {
    context_.emit(DiagnosticKind::UnknownName, node.partner.span, {node.partner.text})
        .note("say in endcap.toml who they are: `[partners." + node.partner.text + ".NAME]`");
    return false;
  }
  if (!node.person || std::ranges::find(known, node.person->text) != known.end()) return true;
  with_suggestion(context_.emit(DiagnosticKind::UnknownName, node.person->span, {node.person->text}),
                  node.person->span, node.person->text, known)
      .note("partners stand in endcap.toml: `[partners." + node.partner.text + ".NAME]`");
  return false;
}

TestChecker::Made TestChecker::of(const ast::TestStmt& tree, const ast::CallsStmt& node) {
  const Symbol* partner =
      require_symbol(context_, module_, node.partner.text, node.partner.span, SymbolKind::Partner);
  const auto interface = interface_meant(node);
  const auto at = node.at ? moment(*node.at) : std::nullopt;
  if (!partner || !interface || !partner_known(node) || (node.at && !at)) return std::nullopt;
  const abi::Interface& described = context_.program.abi.interfaces[*interface];
  if (described.partner != partner->index) {
    context_
        .emit(DiagnosticKind::TypeMismatch, node.partner.span,
              {context_.program.abi.partners[described.partner].name, node.partner.text})
        .label(context_.interfaces[*interface].tree->partner.span, "the interface says so");
    return std::nullopt;
  }
  const ast::Name& name = node.operation.parts.back();
  const auto operation = std::ranges::find(described.operations, name.text, &abi::Interface::Operation::name);
  if (operation == described.operations.end()) {
    std::vector<std::string> known;
    for (const auto& each : described.operations) known.push_back(each.name);
    with_suggestion(context_.emit(DiagnosticKind::UnknownOperation, name.span, {node.operation.text()}),
                    name.span, name.text, known);
    return std::nullopt;
  }
  PartnerCalls result{.interface = *interface,
                      .operation = static_cast<uint32_t>(operation - described.operations.begin()),
                      .person = node.person ? node.person->text : "",
                      .at = at,
                      .refused = node.refused};
  if (!node.at && !started(tree.span, "a partner calls")) return std::nullopt;
  if (node.at && workflow_) {
    start_story(tree.span, operation->target);  // tells
    return std::nullopt;
  }
  result.starts_story =
      node.at && !node.refused && operation->what == abi::Interface::Operation::What::Starts;
  if (result.starts_story) start_story(tree.span, operation->target);
  if (!arguments(tree, node, *operation, result)) return std::nullopt;
  return result;
}

bool TestChecker::arguments(const ast::TestStmt& tree, const ast::CallsStmt& node,
                            const abi::Interface::Operation& operation, PartnerCalls& into) {
  const Span declared = node.operation.span;
  std::vector<Parameter> parameters;
  for (const abi::Field& field : context_.types[operation.parameters].fields)
    parameters.push_back({.name = field.name, .type = field.type, .span = declared});
  auto values =
      expressions_.arguments(node.operation.text(), tree.span, node.arguments, parameters, declared);
  bool sound = true;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto* optional = std::get_if<MakeOptional>(&values[i]->node);
    if (optional && !optional->value) continue;
    ExprPtr value = plain(std::move(values[i]));
    sound = sound && value;
    if (value) into.arguments.emplace_back(parameters[i].name, std::move(value));
  }
  return sound;
}

}  // namespace endcap::sema
