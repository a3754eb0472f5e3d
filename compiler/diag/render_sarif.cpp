// Diagnostics as a SARIF 2.1.0 log (docs.oasis-open.org/sarif/sarif/v2.1.0): what code scanning services and
// editors read.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "compiler/diag/render_formats.h"

namespace endcap {

namespace {

using Json = nlohmann::ordered_json;

// RFC 3986: what may stand in a path as it is.
std::string uri_path(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  std::string result;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) || kPlain.find(c) != std::string_view::npos);
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return result;
}

class SarifRenderer {
 public:
  SarifRenderer(const SourceMap& sources, const RenderOptions& options)
      : sources_(sources), options_(options) {}

  Json log(const std::vector<Diagnostic>& diagnostics) {
    Json results = Json::array();
    for (const Diagnostic& d : diagnostics) results.push_back(result(d));
    Json driver{{"name", "endcap"}};
    if (!options_.version.empty()) driver["version"] = options_.version;
    driver["rules"] = std::move(rules_);
    Json run{{"tool", {{"driver", std::move(driver)}}},
             {"columnKind", "unicodeCodePoints"},
             {"newlineSequences", {"\r\n", "\n", "\r"}},
             {"results", std::move(results)}};
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({std::move(run)})}};
  }

 private:
  // The rules that have results: the position of this one's in the list.
  size_t rule(const DiagnosticInfo& entry) {
    const auto known = std::ranges::find(codes_, entry.code);
    const auto index = static_cast<size_t>(known - codes_.begin());
    if (known != codes_.end()) return index;
    codes_.push_back(entry.code);
    const std::string markdown(explanation(entry.kind));
    rules_.push_back(
        {{"id", entry.code},
         {"name", entry.name},
         {"shortDescription", {{"text", entry.name}}},
         {"help",
          {{"text", markdown.empty() ? std::string(entry.message) : markdown}, {"markdown", markdown}}},
         {"defaultConfiguration", {{"level", severity_word(entry.severity)}}}});
    return index;
  }

  Json artifact(const std::string& path) const {
    const std::string from = path_from(options_.folder, path);
    if (from.starts_with('/')) return {{"uri", "file://" + uri_path(from)}};
    return {{"uri", uri_path(from)}, {"uriBaseId", "%SRCROOT%"}};
  }

  // Lines and columns count from 1; the end column is that of the first character behind.
  Json region(Span span) const {
    const auto begin = sources_.line_column(span.source, span.begin);
    const auto end = sources_.line_column(span.source, span.end);
    return {{"startLine", begin.line},
            {"startColumn", begin.column},
            {"endLine", end.line},
            {"endColumn", end.column}};
  }

  // A finding about the whole project stands at the top of its endcap.toml: scanning services refuse one
  // without a place.
  Json location(Span span) const {
    if (!span.valid())
      return {{"physicalLocation",
               {{"artifactLocation", artifact("endcap.toml")}, {"region", {{"startLine", 1}}}}}};
    return {{"physicalLocation",
             {{"artifactLocation", artifact(sources_.file(span.source).path)}, {"region", region(span)}}}};
  }

  Json result(const Diagnostic& d) {
    const DiagnosticInfo& entry = info(d.kind);
    std::string text = message(d);
    for (const std::string& note : d.notes) text += "\n" + note;
    Json object{{"ruleId", entry.code},
                {"ruleIndex", rule(entry)},
                {"level", severity_word(entry.severity)},
                {"message", {{"text", text}}},
                {"locations", Json::array({location(d.span)})}};
    Json related = Json::array();
    for (const Label& label : d.labels) {
      if (!label.span.valid()) continue;
      Json place = location(label.span);
      place["id"] = related.size();
      place["message"]["text"] = label.text;
      related.push_back(std::move(place));
    }
    if (!related.empty()) object["relatedLocations"] = std::move(related);
    if (d.fix && d.fix->span.valid()) object["fixes"] = Json::array({fix(*d.fix)});
    return object;
  }

  Json fix(const Fix& fix) const {
    const Json replacement{{"deletedRegion", region(fix.span)},
                           {"insertedContent", {{"text", fix.replacement}}}};
    const Json change{{"artifactLocation", artifact(sources_.file(fix.span.source).path)},
                      {"replacements", Json::array({replacement})}};
    return {{"description", {{"text", fix.title}}},
            {"artifactChanges", Json::array({change})},
            {"properties", {{"safe", fix.safe}}}};
  }

  const SourceMap& sources_;
  const RenderOptions& options_;
  Json rules_ = Json::array();
  std::vector<std::string_view> codes_;
};

}  // namespace

std::string render_sarif(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                         const RenderOptions& options) {
  return SarifRenderer(sources, options)
             .log(diagnostics)
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace endcap
