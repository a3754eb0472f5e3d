// Findings as a SARIF 2.1.0 log (docs.oasis-open.org/sarif/sarif/v2.1.0): what code scanning services and
// editors read.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "compiler/diag/render_formats.h"
#include "compiler/diag/report.h"

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

class SarifWriter {
 public:
  SarifWriter(std::string project, std::string version)
      : project_(std::move(project)), version_(std::move(version)) {}

  Json log(const std::vector<ReportFinding>& findings) {
    Json results = Json::array();
    for (const ReportFinding& finding : findings) results.push_back(result(finding));
    Json driver{{"name", "endcap"}};
    if (!version_.empty()) driver["version"] = version_;
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
  size_t rule(const ReportFinding& finding) {
    const auto known = std::ranges::find(ids_, finding.rule);
    const auto index = static_cast<size_t>(known - ids_.begin());
    if (known != ids_.end()) return index;
    ids_.push_back(finding.rule);
    Json rule{{"id", finding.rule},
              {"name", finding.rule_name},
              {"shortDescription", {{"text", finding.rule_name}}}};
    if (!finding.help.empty()) rule["help"] = {{"text", finding.help}, {"markdown", finding.help}};
    rule["defaultConfiguration"] = {{"level", severity_word(finding.severity)}};
    rules_.push_back(std::move(rule));
    return index;
  }

  static Json artifact(const std::string& path) {
    if (path.starts_with('/')) return {{"uri", "file://" + uri_path(path)}};
    return {{"uri", uri_path(path)}, {"uriBaseId", "%SRCROOT%"}};
  }

  // Lines and columns count from 1; the end column is that of the first character behind.
  static Json region(const ReportPlace& place) {
    if (!place.end) return {{"startLine", place.begin.line}};
    return {{"startLine", place.begin.line},
            {"startColumn", place.begin.column},
            {"endLine", place.end->line},
            {"endColumn", place.end->column}};
  }

  Json location(const std::optional<ReportPlace>& place) const {
    const ReportPlace at = place.value_or(ReportPlace{project_, {}});
    return {{"physicalLocation", {{"artifactLocation", artifact(at.path)}, {"region", region(at)}}}};
  }

  Json result(const ReportFinding& finding) {
    std::string text = finding.message;
    for (const std::string& note : finding.notes) text += "\n" + note;
    Json object{{"ruleId", finding.rule},
                {"ruleIndex", rule(finding)},
                {"level", severity_word(finding.severity)},
                {"message", {{"text", text}}},
                {"locations", Json::array({location(finding.place)})}};
    Json related = Json::array();
    for (const auto& [at, words] : finding.related) {
      Json place = location(at);
      place["id"] = related.size();
      place["message"]["text"] = words;
      related.push_back(std::move(place));
    }
    if (!related.empty()) object["relatedLocations"] = std::move(related);
    if (finding.edit) object["fixes"] = Json::array({fix(*finding.edit)});
    return object;
  }

  static Json fix(const ReportFinding::Edit& edit) {
    const Json replacement{{"deletedRegion", region(edit.place)},
                           {"insertedContent", {{"text", edit.replacement}}}};
    const Json change{{"artifactLocation", artifact(edit.place.path)},
                      {"replacements", Json::array({replacement})}};
    return {{"description", {{"text", edit.title}}},
            {"artifactChanges", Json::array({change})},
            {"properties", {{"safe", edit.safe}}}};
  }

  std::string project_, version_;
  Json rules_ = Json::array();
  std::vector<std::string> ids_;
};

}  // namespace

std::string sarif_log(const std::vector<ReportFinding>& findings, const std::string& project,
                      const std::string& version) {
  return SarifWriter(project, version).log(findings).dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace endcap
