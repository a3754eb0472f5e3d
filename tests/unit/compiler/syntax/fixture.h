// Parses a text and answers what a test asks of it.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "compiler/diag/render.h"
#include "compiler/syntax/parser.h"
#include "tests/unit/compiler/syntax/dump_support.h"

namespace endcap {

struct Parsed {
  explicit Parsed(std::string text)
      : source(sources.add("t.endcap", std::move(text))), module(parse(sources, source, diagnostics)) {}

  // One line a diagnostic: `line:column: error EC0001: ...`.
  std::string said() const {
    const std::string text = render(diagnostics.sorted(sources), sources, {Format::Short, false});
    std::string result;
    for (size_t at = 0; at < text.size();) {
      const size_t end = text.find('\n', at);
      result += text.substr(at + 9, end - at - 8);  // without "t.endcap:"
      at = end + 1;
    }
    return result;
  }
  std::string tree() const { return dump(module); }
  size_t errors() const { return diagnostics.error_count(); }

  SourceMap sources;
  Diagnostics diagnostics;
  SourceId source;
  ast::Module module;
};

// The tree of the one declaration, statement or expression in `text`; what was said when there was an error.
inline std::string declaration(const std::string& text) {
  const Parsed parsed(text);
  if (parsed.errors() > 0) return parsed.said();
  REQUIRE(parsed.module.declarations.size() == 1);
  return dump(parsed.module.declarations[0]);
}
inline std::string statement(const std::string& text) {
  const Parsed parsed("workflow W(p: P) {\n" + text + "\n}");
  if (parsed.errors() > 0) return parsed.said();
  const auto* workflow = std::get_if<ast::WorkflowDecl>(&parsed.module.declarations.at(0).node);
  REQUIRE(workflow != nullptr);
  return each(workflow->body.statements, [](const ast::Stmt& s) { return dump(s); });
}
inline std::string expression(const std::string& text) {
  const Parsed parsed("function f(x: T) -> T = " + text);
  if (parsed.errors() > 0) return parsed.said();
  const auto* function = std::get_if<ast::FunctionDecl>(&parsed.module.declarations.at(0).node);
  REQUIRE(function != nullptr);
  return dump(*function->body);
}

}  // namespace endcap
