// The front end, run over the shipped estate and a test's own module.
#include "tests/unit/compiler/ir/text_flow.h"

#include "compiler/diag/render.h"
#include "compiler/ir/interpreter.h"
#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/syntax/parser.h"
#ifdef ENDCAP_NATIVE_FLOWS
#include "tests/unit/compiler/codegen/differential.h"
#endif

namespace endcap::ir::testing {
namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

}  // namespace

Program compile(const std::string& text) {
  SourceMap sources;
  Diagnostics diagnostics;
  Project project = load_project(std::string(ENDCAP_SOURCE_DIR) + "/workflows", sources, diagnostics);
  std::vector<ast::Module> modules;
  for (SourceId id : project.sources) {
    if (text.empty() || sources.file(id).path.ends_with("retail.endcap"))
      modules.push_back(parse(sources, id, diagnostics));
  }
  if (!text.empty()) modules.push_back(parse(sources, sources.add("test.endcap", text), diagnostics));
  sema::Program checked = check(project, modules, sources, diagnostics);
  if (diagnostics.has_errors()) FAIL(render(diagnostics.sorted(sources), sources, {}));
  Program program = lower(std::move(checked), sources);
  std::vector<std::string> findings = verify(program);
  if (!findings.empty()) FAIL(joined(findings), print(program));
  return program;
}

// The tests of compiler/codegen are built with these same tests: native code has to pass them too, and to
// leave the same bytes.
TextFlow::TextFlow(const std::string& body, const std::string& declarations) {
  Program flow = compile("module retail.trial\nuse retail.estate\nuse calendar au.trading\n" + declarations +
                         "\nworkflow Flow(promo: Promotion) key promo.id version 1 {\n" + body + "\n}\n");
#ifdef ENDCAP_NATIVE_FLOWS
  codegen::testing::Differential both(std::move(flow));
  both.run(11, 2);
  program_ = both.native;
#else
  program_ = interpret(std::move(flow));
#endif
}

}  // namespace endcap::ir::testing
