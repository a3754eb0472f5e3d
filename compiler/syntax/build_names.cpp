// Spans, names, types and parameters.
#include <fmt/format.h>

#include <charconv>

#include "compiler/syntax/build.h"

namespace endcap::ast {

std::string QualifiedName::text() const {
  std::string joined;
  for (const Name& part : parts) {
    if (!joined.empty()) joined += '.';
    joined += part.text;
  }
  return joined;
}

}  // namespace endcap::ast

namespace endcap::syntax {

// Tokens carry byte offsets, half-open (tokens.h).
Span Builder::span(const antlr4::Token* token) const {
  return {source_, static_cast<uint32_t>(token->getStartIndex()),
          static_cast<uint32_t>(token->getStopIndex())};
}

Span Builder::span(const antlr4::ParserRuleContext* tree) const {
  // A rule that matched nothing stops before it starts.
  const Span first = span(tree->start);
  if (tree->stop == nullptr || tree->stop->getTokenIndex() < tree->start->getTokenIndex())
    return {source_, first.begin, first.begin};
  return cover(first, span(tree->stop));
}

std::string Builder::text(antlr4::tree::TerminalNode* node) const {
  const Span at = span(node);
  return std::string(text_.substr(at.begin, at.end - at.begin));
}

ast::Name Builder::name(Parser::NameContext* tree) const {
  const Span at = span(tree);
  std::string_view written = text_.substr(at.begin, at.end - at.begin);
  if (tree->QUOTED_NAME() != nullptr) written = written.substr(1, written.size() - 2);
  return {std::string(written), at};
}

std::vector<ast::Name> Builder::names(Parser::NamesContext* tree) const {
  std::vector<ast::Name> result;
  for (auto* each : tree->name()) result.push_back(name(each));
  return result;
}

ast::QualifiedName Builder::qualified(Parser::QualifiedContext* tree) const {
  ast::QualifiedName result;
  for (auto* part : tree->name()) result.parts.push_back(name(part));
  result.span = span(tree);
  return result;
}

std::string Builder::number_text(antlr4::tree::TerminalNode* number) const {
  std::string digits = text(number);
  std::erase(digits, '_');
  if (digits.ends_with('%')) digits.pop_back();
  return digits;
}

uint32_t Builder::count(antlr4::tree::TerminalNode* number) {
  const std::string digits = number_text(number);
  uint32_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem == std::errc() && end == digits.data() + digits.size()) return value;
  diagnostics_.emit(DiagnosticKind::BadLiteral, span(number), {text(number), "whole number of this size"});
  return 0;
}

void Builder::given_twice(Span at, std::string_view what) {
  diagnostics_.emit(DiagnosticKind::GivenTwice, at, {std::string(what)});
}

// A word that is one only before `of`.
void Builder::require_word(const ast::Name& found, std::string_view wanted) {
  if (found.text != wanted)
    diagnostics_.emit(DiagnosticKind::SyntaxError, found.span,
                      {fmt::format("expected `{}` before `of`, found `{}`", wanted, found.text)});
}

ast::TypePtr Builder::type(Parser::TypeContext* tree) {
  auto result = std::make_unique<ast::TypeRef>();
  result->span = span(tree);
  if (auto* optional = dynamic_cast<Parser::OptionalTypeContext*>(tree)) {
    result->form = ast::TypeRef::Form::Optional;
    result->element = type(optional->type());
  } else if (auto* list = dynamic_cast<Parser::ListTypeContext*>(tree)) {
    result->form = ast::TypeRef::Form::ListOf;
    result->element = type(list->type());
  } else if (auto* map = dynamic_cast<Parser::MapTypeContext*>(tree)) {
    result->form = ast::TypeRef::Form::MapOf;
    result->key = type(map->key);
    result->element = type(map->value);
    require_word(name(map->kind), "map");
  } else if (auto* grant = dynamic_cast<Parser::GrantTypeContext*>(tree)) {
    result->form = ast::TypeRef::Form::GrantOf;
    result->operation = qualified(grant->write);
    if (grant->target != nullptr) result->element = type(grant->target);
    require_word(name(grant->kind), "grant");
  } else {
    auto* named = dynamic_cast<Parser::NamedTypeContext*>(tree);
    result->name = name(named->name());
    for (auto* each : named->angle()) {
      result->angle.push_back(each->name() != nullptr ? name(each->name()) : ast::Name{"?", span(each)});
    }
    for (auto* each : named->NUMBER()) result->parameters.push_back(count(each));
  }
  return result;
}

ast::Parameter Builder::parameter(Parser::ParameterContext* tree) {
  return {name(tree->name()), type(tree->type()), span(tree)};
}

std::vector<ast::Parameter> Builder::parameters(Parser::ParametersContext* tree) {
  std::vector<ast::Parameter> result;
  for (auto* each : tree->parameter()) result.push_back(parameter(each));
  return result;
}

}  // namespace endcap::syntax
