// The timeline as people and programs read it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/explain_time/explanation.h"
#include "tools/explain_time/rules.h"
#include "tools/explain_time/when.h"

namespace endcap::explain {

using Json = nlohmann::ordered_json;

namespace {

constexpr size_t kElementsShown = 3;
const std::string kIndent(24, ' ');

// "1001, 1002, 1003 and 597 more".
std::string elements_text(const std::vector<std::string>& elements) {
  std::vector<std::string> shown(
      elements.begin(), elements.begin() + static_cast<ptrdiff_t>(std::min(elements.size(), kElementsShown)));
  std::string text = fmt::format("{}", fmt::join(shown, ", "));
  if (elements.size() > kElementsShown) text += fmt::format(" and {} more", elements.size() - kElementsShown);
  return text;
}

std::string moment_text(const Line& line, const std::string& zone) {
  std::string place = line.place;
  if (!line.elements.empty())
    place += fmt::format("{}[{}]", place.empty() ? "" : " ", elements_text(line.elements));
  std::string text =
      fmt::format("{:<20}    {}{}", dated(line.at, zone), place.empty() ? "" : place + ": ", line.text);
  if (line.times > 1) text += fmt::format(" ({} times, the last {})", line.times, dated(line.last, zone));
  return text + "\n";
}

std::string line_text(const Line& line, const std::string& zone) {
  std::string text = moment_text(line, zone);
  if (line.rule) {
    const bool moment = line.rule->from == 0;
    text += fmt::format("{}{}\n", kIndent, moment ? line.rule->words : rule_text(*line.rule, zone));
  }
  if (line.elsewhere)
    text += fmt::format("{}which is {} in {}\n", kIndent,
                        dated(line.elsewhere->first, line.elsewhere->second), line.elsewhere->second);
  return text;
}

Json rule_json(const Rule& rule) {
  Json json = {{"words", rule.words}, {"at", instant_to_text(rule.at)}};
  if (rule.from != 0) json["from"] = instant_to_text(rule.from);
  if (!rule.calendar.empty()) {
    json["calendar"] = rule.calendar;
    json["closed"] = Json::array();
    for (const auto& [from, until] : rule.closed)
      json["closed"].push_back({{"from", instant_to_text(from)}, {"until", instant_to_text(until)}});
  }
  if (rule.cut) json["cutByGrant"] = true;
  return json;
}

}  // namespace

std::string human_text(const Explanation& told) {
  std::string text = fmt::format("{}, key {}. Times are those of {}", told.workflow, told.key, told.zone);
  if (!told.calendar.empty()) text += fmt::format("; business time is {}'s", told.calendar);
  text += ".\n";
  if (!told.test.empty()) text += fmt::format("The data is that of the test \"{}\".\n", told.test);
  for (const std::string& each : told.dues) text += each + ".\n";
  for (const std::string& each : told.assumed) text += fmt::format("Assumed: {}.\n", each);
  text += "\n";
  for (const Line& line : told.lines) text += line_text(line, told.zone);
  for (const std::string& each : told.in_vain) text += fmt::format("\nDid not happen: {}.\n", each);
  if (told.end == "given up") text += "\nIt goes on like this; the timeline ends here.\n";
  return text;
}

std::string short_text(const Explanation& told) {
  std::string text;
  for (const Line& line : told.lines) text += moment_text(line, told.zone);
  for (const std::string& each : told.in_vain) text += fmt::format("Did not happen: {}.\n", each);
  return text;
}

std::string json_text(const Explanation& told) {
  Json json = {{"workflow", told.workflow},
               {"key", told.key},
               {"zone", told.zone},
               {"start", instant_to_text(told.start)}};
  json["calendar"] = told.calendar.empty() ? Json(nullptr) : Json(told.calendar);
  json["test"] = told.test.empty() ? Json(nullptr) : Json(told.test);
  json["dues"] = told.dues;
  json["assumed"] = told.assumed;
  json["timeline"] = Json::array();
  for (const Line& line : told.lines) {
    Json each = {
        {"time", instant_to_text(line.at)}, {"local", dated(line.at, told.zone)}, {"kind", line.kind}};
    if (!line.place.empty()) each["place"] = line.place;
    if (!line.elements.empty()) each["elements"] = line.elements;
    each["text"] = line.text;
    if (line.rule) each["rule"] = rule_json(*line.rule);
    if (line.elsewhere)
      each["elsewhere"] = {{"zone", line.elsewhere->second},
                           {"local", dated(line.elsewhere->first, line.elsewhere->second)}};
    if (line.times > 1) each["times"] = line.times, each["last"] = instant_to_text(line.last);
    json["timeline"].push_back(std::move(each));
  }
  json["didNotHappen"] = told.in_vain;
  json["end"] = told.end;
  return json.dump(2) + "\n";
}

}  // namespace endcap::explain
