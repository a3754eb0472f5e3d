// A finding with everything one can have: labels in two files, a note and a fix.
#pragma once

#include <doctest/doctest.h>

#include "compiler/diag/render.h"

namespace endcap {

struct Example {
  SourceMap sources;
  SourceId flow = sources.add("flow.endcap", "module a\n\tlet größe = promo.landedCoast\r\nlet b = 1\n");
  SourceId schema = sources.add("erp.edmx", "<Schema>\n  <Property Name=\"LandedCost\"/>\n</Schema>\n");

  Span find(SourceId source, std::string_view what) const {
    const size_t at = sources.file(source).text.find(what);
    REQUIRE(at != std::string::npos);
    return {source, static_cast<uint32_t>(at), static_cast<uint32_t>(at + what.size())};
  }
  std::vector<Diagnostic> one() const {
    Diagnostics diagnostics;
    diagnostics
        .emit(DiagnosticKind::SyntaxError, find(flow, "landedCoast"),
              {"Promotion has no field `landedCoast`"})
        .label(find(flow, "promo"), "this is a Promotion")
        .label(find(schema, "LandedCost"), "the schema has this")
        .note("Fields are declared in views.")
        .suggest({find(flow, "landedCoast"), "landedCost", "write `landedCost`", true});
    return diagnostics.all();
  }
};

}  // namespace endcap
