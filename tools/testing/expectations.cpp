// What is expected, against what happened.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/plain.h"
#include "compiler/sema/tests.h"
#include "runtime/abi/value_json.h"
#include "tools/testing/story.h"
#include "tools/testing/timeline.h"

namespace endcap::testing {
namespace {

using What = ast::ExpectStmt::What;

std::string times(size_t count) { return count == 1 ? "once" : fmt::format("{} times", count); }

bool is_enough(size_t found, const std::optional<uint32_t>& wanted) {
  return wanted ? found == *wanted : found > 0;
}

std::string verb(What what) {
  switch (what) {
    case What::Asked:
      return "was asked";
    case What::Granted:
      return "was granted";
    case What::Rejected:
      return "was rejected";
    case What::Refused:
      return "was refused";
    case What::Countered:
      return "was countered";
    case What::Expired:
      return "expired";
    case What::Reminded:
      return "was reminded of";
    case What::Permitted:
      return "was permitted";
    case What::Forbidden:
      return "was forbidden";
    case What::Task:
      return "was opened";
    case What::Raised:
      return "was raised";
    case What::Resolved:
      return "was resolved";
    case What::Lapsed:
      return "expired";
    case What::Answer:
      return "answered";
    case What::Alternative:
      return "was replaced by its alternative";
    case What::Late:
      return "was late";
    case What::Held:
      return "is held";
    default:
      return "happened";
  }
}

std::set<std::string> kinds(What what) {
  switch (what) {
    case What::Asked:
      return {"asked", "askedAgain", "escalated"};
    case What::Granted:
      return {"granted"};
    case What::Rejected:
      return {"rejected"};
    case What::Refused:
      return {"decided"};
    case What::Countered:
      return {"countered"};
    case What::Expired:
      return {"expired"};
    case What::Reminded:
      return {"reminded"};
    case What::Permitted:
      return {"permitted"};
    case What::Raised:
      return {"started", "raisedAgain"};
    case What::Resolved:
      return {"finished"};
    case What::Lapsed:
      return {"expired"};
    case What::Late:
      return {"late"};
    default:
      return {"forbidden"};
  }
}

// A moment in a test is written to the minute.
bool is_minute(Instant at, Instant wanted) { return at >= wanted && at < wanted + kMinute; }

std::string written(const Json& values);

// A value as the language writes it: "AUD 9.00", "40 ea", "yes", "[1001, 1002]".
std::string written_value(const Json& value) {
  if (value.is_null()) return "absent";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    std::vector<std::string> parts;
    for (const Json& each : value) parts.push_back(written_value(each));
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  if (!value.is_object()) return value.dump();
  if (value.size() == 2 && value.contains("amount") && value.contains("currency"))
    return fmt::format("{} {}", value.at("currency").get<std::string>(), written_value(value.at("amount")));
  if (value.size() == 2 && value.contains("amount") && value.contains("unit"))
    return fmt::format("{} {}", written_value(value.at("amount")), value.at("unit").get<std::string>());
  return fmt::format("({})", written(value));
}

// `{"price": "9.00", "store": "1001"}` as one would write it: "price: 9.00, store: 1001".
std::string written(const Json& values) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : values.items())
    parts.push_back(fmt::format("{}: {}", name, written_value(value)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

// "of Finance, Clerk" or "for 1001, 1002": what did happen, so that the difference can be seen.
std::string listed(const std::vector<Occurrence>& all) {
  constexpr size_t kShown = 5;
  std::vector<std::string> shown;
  for (const Occurrence& each : all) {
    std::string text = !each.target.empty()  ? "for " + each.target
                       : !each.roles.empty() ? fmt::format("of {}", fmt::join(each.roles, " and "))
                       : !each.words.empty() ? "with " + each.words.front()
                                             : "";
    if (text.empty() || std::ranges::find(shown, text) != shown.end()) continue;
    if (shown.size() == kShown) {
      shown.emplace_back("...");
      break;
    }
    shown.push_back(std::move(text));
  }
  return shown.empty() ? "" : fmt::format(" ({})", fmt::join(shown, ", "));
}

}  // namespace

Story::Went Story::act(const sema::Expectation& expectation) {
  switch (expectation.what) {
    case What::Outcome:
    case What::Fails:
    case What::Waiting:
    case What::Suspended:
      return expect_state(expectation);
    default:
      return expect_occurrences(expectation);
  }
}

// ---------------------------------------------------------------- what happened since the last look

bool Story::has_values(const sema::Expectation& expectation, const Json& values) const {
  return std::ranges::all_of(expectation.values, [&](const sema::TestValue& wanted) {
    abi::Arena arena;
    const abi::Cell cell = sema::plain_value(program_->types, *wanted.value, arena).value();
    const auto found = values.find(wanted.field);
    return found != values.end() &&
           *found == Json::parse(abi::value_to_json(program_->types, wanted.value->type, arena, cell));
  });
}

std::vector<Occurrence> Story::occurrences(const sema::Expectation& expectation) const {
  std::set<std::string> roles;
  for (const uint32_t role : expectation.roles) roles.insert(role_name(role));
  if (expectation.what == What::Task) return observed_.tasks(expectation.subject, roles);
  if (expectation.what == What::Write || expectation.what == What::Notify)
    return observed_.effects(expectation.operation);
  if (expectation.what == What::Raised || expectation.what == What::Resolved ||
      expectation.what == What::Lapsed)
    return observed_.exceptions(program_->workflows[expectation.workflow].name, kinds(expectation.what));
  if (expectation.what == What::Answer || expectation.what == What::Alternative)
    return observed_.advice(expectation.subject,
                            expectation.what == What::Answer ? "answered" : "alternative");
  if (expectation.what == What::Held) return observed_.held(expectation.carrier);
  if (expectation.what == What::Refused) return observed_.refused_lines(expectation.subject);
  auto found = observed_.approvals(expectation.subject, kinds(expectation.what));
  if (expectation.what == What::Asked)
    std::erase_if(found, [&](const Occurrence& each) { return !std::ranges::includes(each.roles, roles); });
  return found;
}

Story::Went Story::expect_occurrences(const sema::Expectation& expectation) const {
  const auto of_the_name = occurrences(expectation);
  std::vector<Occurrence> found = of_the_name;
  if (!expectation.values.empty())
    std::erase_if(found, [&](const Occurrence& each) { return !has_values(expectation, each.values); });
  if (expectation.at) {
    const std::vector<Occurrence> at_any_time = found;
    std::erase_if(found, [&](const Occurrence& each) { return !is_minute(each.at, *expectation.at); });
    if (found.empty() && !at_any_time.empty() && expectation.count != 0)
      return std::unexpected(fmt::format(
          "{} {} at {}, and not at {}", expectation.subject, verb(expectation.what),
          local_text(at_any_time.front().at, test_.zone), local_text(*expectation.at, test_.zone)));
  }
  std::vector<std::string> roles;
  for (const uint32_t role : expectation.roles) roles.push_back(role_name(role));
  const std::string of_roles = roles.empty() ? "" : fmt::format(" of {}", fmt::join(roles, " and "));
  const auto differs = [&](const std::string& what, size_t count) {
    // Who was asked instead says more than that these were not.
    auto all = found;
    if (all.empty() && expectation.what == What::Asked)
      all = observed_.approvals(expectation.subject, kinds(expectation.what));
    if (all.empty() && expectation.what == What::Task) all = observed_.tasks(expectation.subject, {});
    std::string instead = listed(all);
    if (!expectation.values.empty() && !of_the_name.empty())
      instead = fmt::format(" with these values (but with {})", written(of_the_name.front().values));
    const char* when = expectation.what == What::Held ? "now" : "since the last `expect`";
    return std::unexpected(fmt::format("{}, {}{} {}{} {}{}", when, expectation.subject, what,
                                       verb(expectation.what), of_roles, times(count), instead));
  };
  if (!expectation.about || !expectation.about->every) {
    std::optional<std::string> about;
    if (expectation.about) about = expectation.about->text;
    const size_t count = Observed::count(found, about);
    return is_enough(count, expectation.count) ? Went()
                                               : differs(about ? " for \"" + *about + "\"" : "", count);
  }
  const auto keys = estate_.keys(*expectation.about->every);
  if (keys.empty()) return std::unexpected("nothing of that is given, so `every` means nothing");
  for (const std::string& key : keys) {
    const size_t count = Observed::count(found, key);
    if (!is_enough(count, expectation.count)) return differs(" for \"" + key + "\"", count);
  }
  return {};
}

// ---------------------------------------------------------------- how it is now

Story::Went Story::expect_state(const sema::Expectation& expectation) const {
  if (observed_.instance() == 0) return std::unexpected("the schedule has started nothing yet");
  const Json shown = observed_.shown();
  if (expectation.what == What::Waiting || expectation.what == What::Suspended)
    return expect_place(expectation, shown);
  const std::string status = shown.value("status", "unknown");
  const std::string outcome = shown.contains("outcome") ? shown.at("outcome").value("name", "") : "";
  const bool wanted_failure = expectation.what == What::Fails;
  const Json values =
      shown.contains("outcome") ? shown.at("outcome").value("value", Json::object()) : Json::object();
  const bool so = status == (wanted_failure ? "failed" : "finished") && outcome == expectation.subject;
  if (so && expectation.at) {
    const auto ended = instant_from_text(shown.value("ended", ""));
    if (ended && !is_minute(*ended, *expectation.at))
      return std::unexpected(fmt::format("it {} at {}, and not at {}", status, local_text(*ended, test_.zone),
                                         local_text(*expectation.at, test_.zone)));
  }
  if (so && has_values(expectation, values)) return {};
  if (status == "finished" || status == "failed")
    return std::unexpected(so ? fmt::format("it {} with {}({})", status, outcome, written(values))
                              : fmt::format("it {} with {}", status, outcome));
  std::vector<std::string> places;
  for (const Json& wait : shown.value("waits", Json::array())) {
    std::string place = sema::written_path(wait.value("path", ""));
    if (wait.contains("reason")) place += " (" + wait.at("reason").get<std::string>() + ")";
    if (std::ranges::find(places, place) == places.end()) places.push_back(std::move(place));
  }
  return std::unexpected(fmt::format("it is {} at {}", status, fmt::join(places, ", ")));
}

Story::Went Story::expect_place(const sema::Expectation& expectation, const Json& shown) const {
  std::vector<std::string> keys{""};
  if (expectation.about)
    keys = expectation.about->every ? estate_.keys(*expectation.about->every)
                                    : std::vector{expectation.about->text};
  const Json waits = shown.value("waits", Json::array());
  std::vector<std::string> places;
  std::vector<bool> seen(keys.size());
  for (const Json& wait : waits) {
    const std::string place = sema::written_path(wait.value("path", "")), kind = wait.value("waitsFor", "");
    const bool held = kind == "suspended" || kind == "quarantined";
    const std::string text = place + (held ? " (" + kind + ": " + wait.value("reason", "") + ")" : "");
    if (std::ranges::find(places, text) == places.end()) places.push_back(text);
    const bool there = place == expectation.subject || place.starts_with(expectation.subject + ".");
    if (!there || held != (expectation.what == What::Suspended)) continue;
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].empty() || Observed::is_about(Observed::occurrence_of(wait), keys[i])) seen[i] = true;
    }
  }
  const auto lost = std::ranges::find(seen, false);
  if (lost == seen.end()) return {};
  const std::string& key = keys[static_cast<size_t>(lost - seen.begin())];
  const size_t waiting = shown.value("waiting", size_t{0});
  if (waiting > waits.size())
    return std::unexpected(
        fmt::format("{} places are waited at, and only the first {} can be seen", waiting, waits.size()));
  if (places.empty())
    return std::unexpected(fmt::format("it waits nowhere: it is {}", shown.value("status", "unknown")));
  return std::unexpected(fmt::format(
      "{}it waits at {}", key.empty() ? "" : "for \"" + key + "\" it does not; ", fmt::join(places, ", ")));
}

}  // namespace endcap::testing
