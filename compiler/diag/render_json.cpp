// Diagnostics for programs: one JSON array.
#include <nlohmann/json.hpp>

#include "compiler/diag/render_formats.h"
#include "compiler/diag/report.h"

namespace endcap {

namespace {

using Json = nlohmann::ordered_json;

// Adds where a span lies; a diagnostic without a file has null in each.
void add_place(Json& object, Span span, const SourceMap& sources) {
  if (!span.valid()) {
    for (const char* field : {"path", "line", "column", "end_line", "end_column"}) object[field] = nullptr;
    return;
  }
  const auto begin = sources.line_column(span.source, span.begin);
  const auto end = sources.line_column(span.source, span.end);
  object["path"] = sources.file(span.source).path;
  object["line"] = begin.line;
  object["column"] = begin.column;
  object["end_line"] = end.line;
  object["end_column"] = end.column;
}

Json one(const Diagnostic& d, const SourceMap& sources) {
  Json object{{"code", info(d.kind).code},
              {"name", info(d.kind).name},
              {"severity", severity_word(info(d.kind).severity)},
              {"message", message(d)}};
  add_place(object, d.span, sources);
  object["labels"] = Json::array();
  for (const Label& label : d.labels) {
    Json place = Json::object();
    add_place(place, label.span, sources);
    place["text"] = label.text;
    object["labels"].push_back(std::move(place));
  }
  object["notes"] = d.notes;
  object["fix"] = nullptr;
  if (d.fix) {
    Json fix = Json::object();
    add_place(fix, d.fix->span, sources);
    fix["replacement"] = d.fix->replacement;
    fix["title"] = d.fix->title;
    fix["safe"] = d.fix->safe;
    object["fix"] = std::move(fix);
  }
  return object;
}

}  // namespace

std::string render_json(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources) {
  Json all = Json::array();
  for (const Diagnostic& d : diagnostics) all.push_back(one(d, sources));
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string findings_json(const std::vector<ReportFinding>& findings) {
  Json all = Json::array();
  for (const ReportFinding& finding : findings) {
    Json object{{"rule", finding.rule},
                {"severity", severity_word(finding.severity)},
                {"message", finding.message},
                {"path", nullptr},
                {"line", nullptr}};
    if (finding.place) object["path"] = finding.place->path, object["line"] = finding.place->begin.line;
    object["notes"] = finding.notes;
    all.push_back(std::move(object));
  }
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace endcap
