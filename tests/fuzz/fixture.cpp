// Compiling modules in the fixture project: see fixture.h.
#include "tests/fuzz/fixture.h"

#include <set>
#include <stdexcept>

#include "compiler/ir/lower.h"
#include "compiler/sema/check.h"
#include "compiler/syntax/parser.h"

namespace endcap::fuzz {
namespace {

struct Fixture {
  SourceMap sources;
  Diagnostics diagnostics;
  Project project = load_project(ENDCAP_SOURCE_DIR "/tests/language/project", sources, diagnostics);
};

// One check of the fixture with these modules: their errors, by source.
struct Checked {
  SourceMap sources;
  Project project;
  Diagnostics diagnostics;
  sema::Program program;
  std::map<SourceId, std::set<std::string>> errors;
  std::vector<SourceId> ids;
};

Checked check_all(const std::vector<Module>& modules) {
  static const Fixture kFixture;
  Checked checked{.sources = kFixture.sources, .project = kFixture.project};
  for (const Module& module : modules) {
    checked.ids.push_back(checked.sources.add(module.name + ".endcap", module.text));
    checked.project.sources.push_back(checked.ids.back());
  }
  std::vector<ast::Module> parsed;
  for (const SourceId source : checked.project.sources)
    parsed.push_back(parse(checked.sources, source, checked.diagnostics));
  checked.program = check(checked.project, parsed, checked.sources, checked.diagnostics);
  for (const Diagnostic& each : checked.diagnostics.all()) {
    if (info(each.kind).severity == Severity::Error)
      checked.errors[each.span.source].insert(std::string(info(each.kind).code));
  }
  return checked;
}

std::string joined(const std::set<std::string>& codes) {
  std::string text;
  for (const std::string& code : codes) text += (text.empty() ? "" : " ") + code;
  return text;
}

}  // namespace

Batch compile_in_fixture(const std::vector<Module>& modules) {
  Batch batch{.accepted = modules};
  Checked checked = check_all(batch.accepted);
  // Later passes look at a program only when the earlier ones found nothing in any module, and a program is
  // complete only without errors: what is refused is taken out until nothing is.
  while (checked.diagnostics.has_errors()) {
    std::vector<Module> rest;
    for (size_t i = 0; i < batch.accepted.size(); ++i) {
      const auto errors = checked.errors.find(checked.ids[i]);
      if (errors == checked.errors.end()) {
        rest.push_back(std::move(batch.accepted[i]));
      } else {
        batch.refused.emplace_back(std::move(batch.accepted[i]), joined(errors->second));
      }
    }
    if (rest.size() == batch.accepted.size())
      throw std::runtime_error("the fixture project itself has errors");
    batch.accepted = std::move(rest);
    checked = check_all(batch.accepted);
  }
  batch.tests = std::move(checked.program.tests);
  batch.flow = ir::lower(std::move(checked.program), checked.sources);
  if (const auto findings = ir::verify(batch.flow); !findings.empty())
    throw std::runtime_error("the verifier refuses what the checker accepts: " + findings.front());
  batch.sources = std::move(checked.sources);
  batch.project = std::move(checked.project);
  return batch;
}

}  // namespace endcap::fuzz
