// libFuzzer's entry: any bytes are a module of the shipped project. They must give findings or a program: no
// crash, no hang, no finding outside its file.
#include <cstdint>
#include <string>
#include <utility>

#include "compiler/schema/project.h"
#include "compiler/sema/check.h"
#include "compiler/sema/standard_modules.h"
#include "compiler/syntax/parser.h"
#include "runtime/value/check.h"

using namespace endcap;

namespace {

struct Shipped {
  SourceMap sources;
  Diagnostics diagnostics;
  Project project = load_project(ENDCAP_SOURCE_DIR "/workflows", sources, diagnostics);
  std::vector<SourceId> vocabulary;  // the modules that the workflows use: those without one of their own

  Shipped() {
    for (const SourceId source : project.sources) {
      const SourceFile& file = sources.file(source);
      if (!file.path.starts_with("tests/") && file.text.find("\nworkflow ") == std::string::npos)
        vocabulary.push_back(source);
    }
    CHECK(!vocabulary.empty());
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Shipped kShipped;
  SourceMap sources = kShipped.sources;
  Diagnostics diagnostics;
  std::vector<ast::Module> modules;
  for (const SourceId source : kShipped.vocabulary) modules.push_back(parse(sources, source, diagnostics));
  const SourceId subject =
      sources.add("fuzzed.endcap", std::string(reinterpret_cast<const char*>(data), size));
  modules.push_back(parse(sources, subject, diagnostics));
  add_standard_modules(modules, sources, diagnostics);
  check(kShipped.project, modules, sources, diagnostics);
  for (const Diagnostic& each : diagnostics.all()) {
    CHECK(each.span.begin <= each.span.end);
    CHECK(!each.span.valid() || each.span.end <= sources.file(each.span.source).text.size());
  }
  return 0;
}
