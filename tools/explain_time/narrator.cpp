// History as lines for planners: see narrator.h.
#include "tools/explain_time/narrator.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/sema/tests.h"
#include "tools/explain_time/rules.h"
#include "tools/explain_time/when.h"

namespace endcap::explain {
namespace {

std::string list(const Json& entry, const char* name) {
  std::vector<std::string> texts;
  if (const auto found = entry.find(name); found != entry.end()) {
    for (const Json& each : *found) texts.push_back(each.get<std::string>());
  }
  return fmt::format("{}", fmt::join(texts, " and "));
}

// "StoreOps", or "StoreOps of NSW" where only those who answer for that are asked.
std::string asked_role(const Json& entry) {
  const std::string scope = member(entry, "scope");
  return member(entry, "role") + (scope.empty() ? "" : " of " + scope);
}

std::string instance_and_path(const Json& entry) {
  return member(entry, "instance") + " " + member(entry, "path");
}

// A place without what its line tells anyhow: `.wait`, `.write.Price.activate`.
std::string without(std::string place, const std::string& last) {
  if (place == last) return "";
  if (place.ends_with("." + last)) place.resize(place.size() - last.size() - 1);
  return place;
}

Instant time_of(const Json& entry, const char* name = "time") {
  return instant_from_text(member(entry, name)).value_or(0);
}

// `{"promo": "P-1", "stores": 3}` is `promo P-1, stores 3`.
std::string values(const Json& value) {
  if (!value.is_object()) return value.is_null() ? "" : value.dump();
  std::vector<std::string> parts;
  for (const auto& [name, each] : value.items())
    parts.push_back(fmt::format("{} {}", name, each.is_string() ? each.get<std::string>() : each.dump()));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

void Narrator::tell(const Json& entry) {
  static const std::set<std::string> kLeftOut = {"fannedOut", "joined", "sweeps", "swept",
                                                 "notDone",   "ending", "void"};
  const std::string kind = member(entry, "kind");
  if (kLeftOut.contains(kind)) return;
  if (kind == "read" && member(entry, "outcome") == "ok") return;
  Line line = line_of(entry);
  if (!line.text.empty()) add(std::move(line));
}

// The same thing at the same moment is told once, with its elements; an attempt that fails again, with its
// count.
void Narrator::add(Line line) {
  const auto same = [&](const Line& other) {
    return other.kind == line.kind && other.place == line.place && other.text == line.text;
  };
  if (line.kind == "failedAttempt" || line.kind == "unclear") {
    const auto before = std::ranges::find_if(lines_.rbegin(), lines_.rend(), [&](const Line& other) {
      return same(other) && other.elements == line.elements;
    });
    if (before != lines_.rend()) {
      ++before->times;
      before->last = line.at;
      return;
    }
  }
  for (auto other = lines_.rbegin(); other != lines_.rend() && other->at == line.at; ++other) {
    const bool same_rule = (other->rule ? other->rule->at : 0) == (line.rule ? line.rule->at : 0) &&
                           other->elsewhere == line.elsewhere;
    if (!same(*other) || !same_rule) continue;
    for (std::string& element : line.elements) {
      if (std::ranges::find(other->elements, element) == other->elements.end())
        other->elements.push_back(std::move(element));
    }
    return;
  }
  lines_.push_back(std::move(line));
}

Line Narrator::line_of(const Json& entry) {
  Line line;
  line.at = time_of(entry);
  line.kind = member(entry, "kind");
  line.place = sema::written_path(member(entry, "path"));
  if (line.place == "start" && member(entry, "path") == "start") line.place.clear();
  if (const std::string element = member(entry, "element"); !element.empty()) line.elements = {element};
  static const std::set<std::string> kAsked = {"asked", "askedAgain", "taskOpened", "asksPerson"};
  static const std::set<std::string> kClock = {"reminded", "escalated", "expired"};
  static const std::set<std::string> kDues = {"due", "late", "doneLate"};
  static const std::set<std::string> kWaits = {"waits", "heard", "handling"};
  static const std::set<std::string> kCalls = {"read",          "notify",  "write",      "undo",
                                               "failedAttempt", "unclear", "lineRefused"};
  static const std::set<std::string> kDecisions = {"permitted", "forbidden", "decided",  "granted",
                                                   "rejected",  "taskDone",  "reserved", "beyondBudget",
                                                   "delegated", "countered"};
  if (kAsked.contains(line.kind)) {
    asked(entry, line);
  } else if (kClock.contains(line.kind)) {
    clock(entry, line);
  } else if (kDues.contains(line.kind)) {
    dues(entry, line);
  } else if (kWaits.contains(line.kind)) {
    waits(entry, line);
  } else if (line.kind == "advice") {
    line.text = fmt::format("goes on with what stands behind `or else`: {} is not asked here",
                            member(entry, "advisor"));
  } else if (kCalls.contains(line.kind)) {
    called(entry, line);
  } else if (kDecisions.contains(line.kind)) {
    decided(entry, line);
  } else {
    ended(entry, line);
  }
  return line;
}

const WaitWords& Narrator::words_at(const Json& entry) const {
  static const WaitWords kNone;
  const auto found = words_.waits.find(member(entry, "path"));
  return found == words_.waits.end() ? kNone : found->second;
}

Rule Narrator::rule_of(const Json& limit, const std::string& words, Instant from) const {
  Rule rule{words, from, time_of(limit, "at"), member(limit, "calendar"), {}, false};
  if (rule.words.empty()) rule.words = member(limit, "rule");
  for (const Calendar& calendar : program_.calendars) {
    if (!rule.calendar.empty() && calendar.name == rule.calendar)
      rule.closed = closed_between(calendar, from, rule.at);
  }
  return rule;
}

// ---------------------------------------------------------------- people are asked

void Narrator::asked(const Json& entry, Line& line) {
  const uint64_t task = entry.at("task").get<uint64_t>();
  Json kept = entry;
  // An approval that is asked again at its write is still the same approval.
  if (const auto again = entry.find("again"); again != entry.end() && tasks_.contains(again->get<uint64_t>()))
    kept["path"] = tasks_.at(again->get<uint64_t>()).at("path");
  line.place = sema::written_path(member(kept, "path"));
  tasks_[task] = waiting_[instance_and_path(entry)] = kept;
  if (line.kind == "asksPerson") {
    line.text = fmt::format("asks {}: {}", member(entry, "role"), member(entry, "question"));
    return;
  }
  line.rule = rule_of(entry.at("within"), words_at(kept).within, line.at);
  if (line.kind == "taskOpened") {
    line.text = fmt::format("gives {} the task {}, until {}", asked_role(entry), member(entry, "label"),
                            dated(line.rule->at, zone_));
    return;
  }
  line.rule->cut = time_of(entry, "validUntil") == line.rule->at;
  line.text = fmt::format("{} {}, until {}", line.kind == "asked" ? "asks" : "facts have changed: asks again",
                          list(entry, "roles"), dated(line.rule->at, zone_));
}

const Json* Narrator::question_of(const Json& entry) const {
  if (const auto task = entry.find("task"); task != entry.end() && task->is_number()) {
    const auto found = tasks_.find(task->get<uint64_t>());
    return found == tasks_.end() ? nullptr : &found->second;
  }
  const auto found = waiting_.find(instance_and_path(entry));
  return found == waiting_.end() ? nullptr : &found->second;
}

// Reminders, escalations and ends: each by the rule that was fixed when the question was put.
void Narrator::clock(const Json& entry, Line& line) {
  const Json* question = question_of(entry);
  if (!question) {
    line.text = line.kind;
    return;
  }
  const Instant asked = time_of(*question);
  const WaitWords& words = words_at(*question);
  if (line.kind == "reminded") {
    line.text = "reminds " + list(*question, "roles");
    if (question->contains("remind")) line.rule = rule_of(question->at("remind"), words.remind, asked);
    return;
  }
  if (line.kind == "escalated") {
    const std::string role = member(entry, "role");
    line.text = fmt::format("escalates to {}", asked_role(entry));
    const Json none = Json::array();
    const Json& all = question->contains("escalations") ? question->at("escalations") : none;
    for (size_t i = 0; i < all.size(); ++i) {
      if (member(all[i], "role") == role && time_of(all[i], "at") == line.at)
        line.rule = rule_of(all[i], i < words.escalations.size() ? words.escalations[i] : "", asked);
    }
    return;
  }
  const std::string kind = member(*question, "kind"), label = member(*question, "label");
  line.text = kind == "waits"        ? "no such event has come in time"
              : kind == "taskOpened" ? fmt::format("nobody has done {}: it expires", label)
                                     : "nobody has answered: it expires";
  if (question->contains("within")) line.rule = rule_of(question->at("within"), words.within, asked);
  if (line.rule && question->contains("validUntil"))
    line.rule->cut = time_of(*question, "validUntil") == line.rule->at;
}

void Narrator::dues(const Json& entry, Line& line) {
  const Instant due = time_of(entry, "due");
  if (line.kind == "doneLate") {
    line.text = fmt::format("is over; it was due {}", dated(due, zone_));
    return;
  }
  line.text = line.kind == "late" ? "is late" : fmt::format("is due {}", dated(due, zone_));
  const auto words = words_.waits.find(member(entry, "path") + ".due");
  if (words != words_.waits.end() && words->second.moment)
    line.rule = Rule{"due " + words->second.moment->text, 0, due, "", {}, false};
}

// ---------------------------------------------------------------- waits, events

void Narrator::waits(const Json& entry, Line& line) {
  const std::string where = instance_and_path(entry);
  line.place = without(line.place, "wait");
  if (line.kind == "heard") {
    moved_by_[where] = member(entry, "event");
    line.text = fmt::format("event {} comes", member(entry, "event"));
    return;
  }
  if (line.kind == "handling") {
    line.text = fmt::format("event {} comes: its handler begins", member(entry, "event"));
    return;
  }
  const WaitWords& words = words_at(entry);
  if (entry.contains("within")) {
    waiting_[where] = entry;
    line.rule = rule_of(entry.at("within"), words.within, line.at);
    line.text = fmt::format("waits for an event, until {}", dated(line.rule->at, zone_));
    return;
  }
  const Instant until = time_of(entry, "until");
  line.text = fmt::format("waits until {}", dated(until, zone_));
  const auto moved = moved_by_.find(where);
  const MomentWords* moment = words.moment ? &*words.moment : nullptr;
  if (moved != moved_by_.end() && words.moved.contains(moved->second))
    moment = &words.moved.at(moved->second);
  if (!moment) return;
  line.rule = Rule{moment->text, 0, until, "", {}, false};
  std::string zone = moment->zone;
  if (moment->of && !line.elements.empty()) {
    const std::string& element = line.elements.front();
    const auto* entity = estate_.find(moment->of->first, element.substr(element.rfind(' ') + 1));
    if (entity) zone = entity->texts.at(moment->of->second);
  }
  if (!zone.empty() && zone != zone_) line.elsewhere = {until, zone};
}

// ---------------------------------------------------------------- calls

void Narrator::called(const Json& entry, Line& line) {
  const Json& call = entry.contains("call") && entry.at("call").is_object() ? entry.at("call") : entry;
  const std::string operation = member(call, "operation"), outcome = member(entry, "outcome"),
                    target = member(call, "target");
  if (!target.empty()) line.elements = {target};
  for (const char* what : {"write", "notify", "read"})
    line.place = without(line.place, fmt::format("{}.{}", what, operation));
  if (line.kind == "lineRefused") {
    line.text = operation + " is not written: it was refused";
  } else if (line.kind == "failedAttempt" || line.kind == "unclear") {
    line.text = fmt::format("{} {}: it is tried again", operation,
                            line.kind == "unclear" ? "may or may not have happened" : "gets no answer");
  } else if (outcome == "ok") {
    line.text = fmt::format("{} {}",
                            line.kind == "write"  ? "writes"
                            : line.kind == "undo" ? "takes back:"
                                                  : "tells",
                            operation);
  } else {
    std::string why = outcome;
    if (const auto rejection = member(entry, "rejection"); !rejection.empty()) why += ", " + rejection;
    line.text = fmt::format("{}: {}", operation, why);
  }
}

namespace {

// {"amount": "40.000", "unit": "ea"} or a plain number, as one says it.
std::string amount_words(const Json& value) {
  if (!value.is_object()) return value.is_string() ? value.get<std::string>() : value.dump();
  const std::string unit = value.value("unit", value.value("currency", ""));
  return fmt::format("{} {}", value.at("amount").get<std::string>(), unit);
}

}  // namespace

void Narrator::decided(const Json& entry, Line& line) {
  if (line.kind == "permitted" || line.kind == "forbidden") {
    line.text = fmt::format("{} {}", last_part(member(entry, "policy")),
                            line.kind == "permitted" ? "permits it: nobody is asked" : "forbids it");
    if (member(entry, "policy").empty()) line.text = line.kind;
  } else if (line.kind == "reserved" || line.kind == "beyondBudget") {
    line.text = fmt::format(
        "the budget of {} for {} {}: {} of {} is used", member(entry, "budget"), member(entry, "for"),
        line.kind == "reserved" ? "bears it" : "does not bear " + amount_words(entry.at("amount")),
        amount_words(entry.at("used")), amount_words(entry.at("limit")));
  } else if (line.kind == "decided") {
    const std::string decision = member(entry, "decision");
    const char* const verb = decision == "approve"   ? "approves"
                             : decision == "counter" ? "counters"
                                                     : "rejects";
    line.text = fmt::format("{} {} as {}", member(entry, "person"), verb, member(entry, "as"));
    if (member(entry, "as") != member(entry, "role"))
      line.text += fmt::format(", for {}", member(entry, "role"));
    std::vector<std::string> excepted;
    for (const Json& each : entry.value("except", Json::array()))
      excepted.push_back(member(each, member(each, "target").empty() ? "proposal" : "target"));
    if (!excepted.empty()) line.text += fmt::format(", except for {}", fmt::join(excepted, ", "));
  } else if (line.kind == "delegated") {
    line.text = fmt::format("{} hands it to {}, for {}", member(entry, "person"), member(entry, "to"),
                            member(entry, "role"));
  } else if (line.kind == "granted") {
    const auto until = instant_from_text(member(entry, "validUntil"));
    line.text = "is granted";
    if (until) line.text += fmt::format(", to be used until {}", dated(*until, zone_));
  } else if (line.kind == "countered") {
    line.text = fmt::format("is countered ({})", values(entry.at("offer")));
  } else if (line.kind == "rejected") {
    line.text = "is rejected";
    if (const auto why = member(entry, "reason"); !why.empty()) line.text += ": " + why;
  } else {
    line.text = fmt::format("{} does {}", member(entry, "person"), member(entry, "label"));
    if (entry.contains("answers")) line.text += fmt::format(" ({})", values(entry.at("answers")));
  }
  if (const auto away = member(entry, "covers"); !away.empty()) line.text += ", in place of " + away;
}

void Narrator::ended(const Json& entry, Line& line) {
  const std::string& kind = line.kind;
  if (kind == "started") {
    line.text = fmt::format("starts, key {}", member(entry, "key"));
  } else if (kind == "skipped") {
    line.text = "is given up";
  } else if (kind == "runs") {
    line.text = fmt::format("runs {}", last_part(member(entry, "workflow")));
  } else if (kind == "ran") {
    const bool failed = entry.value("failure", false);
    line.text = fmt::format("{} {}: {}", last_part(member(entry, "workflow")), failed ? "fails" : "ends",
                            member(entry, "outcome"));
  } else if (kind == "raised") {
    line.text = fmt::format("raises {} for {}", member(entry, "exception"), member(entry, "key"));
  } else if (kind == "askedEnded") {
    line.text = fmt::format("{} of {} has ended: {}", member(entry, "workflow"), member(entry, "key"),
                            member(entry, "outcome"));
  } else if (kind == "elementFailed") {
    const std::string given = entry.contains("value") ? values(entry.at("value")) : "";
    line.text = fmt::format("fails alone: {}", member(entry, "outcome"));
    if (!given.empty()) line.text += fmt::format(" ({})", given);
  } else if (kind == "tooManyFailed") {
    line.text = fmt::format("more fail than are tolerated: {} of {}", member(entry, "failed"),
                            member(entry, "count"));
  } else if (kind == "suspended" || kind == "quarantined") {
    line.text = fmt::format("stands still until a person resumes it: {}", member(entry, "reason"));
  } else if (kind == "compensating") {
    line.text = fmt::format("takes back what was written: {} writes", member(entry, "writes"));
  } else if (kind == "finished" || kind == "failed") {
    const std::string given = entry.contains("value") ? values(entry.at("value")) : "";
    line.text = fmt::format("{} {}", kind == "finished" ? "ends:" : "fails:", member(entry, "outcome"));
    if (!given.empty()) line.text += fmt::format(" ({})", given);
  } else {
    line.text = kind;
    if (const auto why = member(entry, "reason"); !why.empty()) line.text += ": " + why;
  }
}

}  // namespace endcap::explain
