// A module in the fixture project of the language tests, and what the analysis makes of it.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "compiler/diag/render.h"
#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/sema/passes/walk.h"
#include "compiler/syntax/parser.h"

namespace endcap::sema {

struct Checked {
  SourceMap sources;
  Diagnostics diagnostics;
  Program program;

  // A `sheet` is data/sheet.csv of the project.
  explicit Checked(const std::string& text, const std::function<void(Project&)>& change = nullptr,
                   const std::string& sheet = "") {
    Project project =
        load_project(std::string(ENDCAP_SOURCE_DIR) + "/tests/language/project", sources, diagnostics);
    project.library = project.sources;  // what it declares is for others
    project.sources.push_back(sources.add("subject.endcap", "module subject\n\nuse fixture.base\n" + text));
    if (!sheet.empty()) project.data.push_back(sources.add("data/sheet.csv", sheet));
    if (change) change(project);
    std::vector<ast::Module> modules;
    for (const SourceId source : project.sources) modules.push_back(parse(sources, source, diagnostics));
    program = check(project, modules, sources, diagnostics);
  }

  std::string rendered() const {
    return render(diagnostics.sorted(sources), sources, {.format = Format::Short});
  }
  bool says(DiagnosticKind kind) const {
    return std::ranges::any_of(diagnostics.all(), [&](const Diagnostic& each) { return each.kind == kind; });
  }

  const abi::Operation& operation(std::string_view name) const { return named(program.abi.operations, name); }
  const abi::Policy& policy(std::string_view name) const { return named(program.abi.policies, name); }
  const abi::View& view(std::string_view name) const { return named(program.abi.views, name); }

  std::vector<std::string> paths() {
    std::vector<std::string> result;
    for (Workflow& workflow : program.workflows) {
      visit_statements(workflow.body, [&](Stmt& stmt) {
        if (!stmt.path.empty()) result.push_back(stmt.path);
      });
    }
    return result;
  }

  // The first statement of its kind.
  template <typename Node>
  Node* find() {
    Node* found = nullptr;
    for (Workflow& workflow : program.workflows) {
      visit_statements(workflow.body, [&](Stmt& stmt) {
        if (auto* node = std::get_if<Node>(&stmt.node); node && !found) found = node;
      });
    }
    return found;
  }

 private:
  template <typename Item>
  static const Item& named(const std::vector<Item>& items, std::string_view name) {
    const auto found = std::ranges::find(items, name, &Item::name);
    REQUIRE(found != items.end());
    return *found;
  }
};

inline std::vector<std::string> field_names(const Program& program, TypeId type) {
  std::vector<std::string> names;
  for (const abi::Field& field : program.abi.types[type].fields) names.push_back(field.name);
  return names;
}

}  // namespace endcap::sema
