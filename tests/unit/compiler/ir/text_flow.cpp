// The front end, run over the shipped estate and a test's own module.
#include "tests/unit/compiler/ir/text_flow.h"

#include "compiler/diag/render.h"
#include "compiler/ir/interpreter.h"
#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/sema/standard_modules.h"
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

struct Front {
  SourceMap sources;
  Diagnostics diagnostics;
  std::string rendered(Format format) const {
    return render(diagnostics.sorted(sources), sources, {.format = format});
  }
};

Program lower_text(const std::string& text, Front& front) {
  SourceMap& sources = front.sources;
  Diagnostics& diagnostics = front.diagnostics;
  Project project = load_project(std::string(ENDCAP_SOURCE_DIR) + "/workflows", sources, diagnostics);
  std::vector<ast::Module> modules;
  for (SourceId id : project.sources) {
    if (text.empty() || sources.file(id).path.ends_with("retail.endcap"))
      modules.push_back(parse(sources, id, diagnostics));
  }
  if (!text.empty()) project.library = project.sources;  // what it declares is for others
  if (!text.empty()) modules.push_back(parse(sources, sources.add("test.endcap", text), diagnostics));
  add_standard_modules(modules, sources, diagnostics);
  sema::Program checked = check(project, modules, sources, diagnostics);
  if (diagnostics.has_errors()) FAIL(front.rendered(Format::Human));
  Program program = lower(std::move(checked), sources);
  check_limits(program, diagnostics);
  return program;
}

}  // namespace

std::string limits(const std::string& text) {
  Front front;
  lower_text(text, front);
  return front.rendered(Format::Short);
}

Program compile(const std::string& text) {
  Front front;
  Program program = lower_text(text, front);
  if (front.diagnostics.has_errors()) FAIL(front.rendered(Format::Human));
  std::vector<std::string> findings = verify(program);
  if (!findings.empty()) FAIL(joined(findings), print(program));
  return program;
}

// The tests of compiler/codegen are built with these same tests: native code has to pass them too, and to
// leave the same bytes.
std::shared_ptr<abi::Program> runnable(Program program) {
#ifdef ENDCAP_NATIVE_FLOWS
  codegen::testing::Differential both(std::move(program));
  both.run(11, 2);
  return both.native;
#else
  return interpret(std::move(program));
#endif
}

TextFlow::TextFlow(const std::string& body, const std::string& declarations) {
  program_ =
      runnable(compile("module retail.trial\nuse retail.estate\nuse calendar au.trading\n" + declarations +
                       "\nworkflow Flow(promo: Promotion) key promo.id version 1 {\n" + body + "\n}\n"));
}

}  // namespace endcap::ir::testing
