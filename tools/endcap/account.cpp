// Rendering of answers: see account.h.
#include "tools/endcap/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace endcap::command {
namespace {

// A member as text; "" when it is absent.
std::string text(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

size_t width_of(const std::string& cell) {  // code points; good enough for columns
  return static_cast<size_t>(std::count_if(cell.begin(), cell.end(),
                                           [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string outcome_of(const Json& instance) {
  const auto outcome = instance.find("outcome");
  if (outcome == instance.end() || !outcome->is_object()) return {};
  std::string value = outcome->contains("value") ? (*outcome)["value"].dump() : "";
  return text(*outcome, "name") + (value.empty() || value == "null" || value == "{}" ? "" : " " + value);
}

// What a history entry tells beyond when, what and where.
std::string details_of(const Json& entry) {
  static const std::vector<std::string> kShown = {"number", "time", "kind", "instance", "path", "element"};
  std::string out;
  for (const auto& [name, value] : entry.items()) {
    if (std::find(kShown.begin(), kShown.end(), name) != kShown.end()) continue;
    if (!out.empty()) out += ", ";
    out += name + ": " + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return out;
}

// To the second: columns stay columns.
std::string moment_of(const Json& object, const char* name) {
  const std::string moment = text(object, name);
  const size_t dot = moment.find('.');
  return dot == std::string::npos ? moment : moment.substr(0, dot) + "Z";
}

std::string place_of(const Json& entry) {
  const std::string element = text(entry, "element");
  return text(entry, "path") + (element.empty() ? "" : " [" + element + "]");
}

// Why it does not go on: what a suspended instance met, or what a system says that is tried again.
std::string trouble_of(const Json& wait) {
  if (const std::string reason = text(wait, "reason"); !reason.empty()) return reason;
  const std::string message = text(wait, "message"), stage = text(wait, "stage");
  if (message.empty()) return {};
  if (stage != "backoff") return message;
  return fmt::format("attempt {}: {}; it is tried again by itself", text(wait, "attempt"), message);
}

// How far a sweep has come that has not looked at everything.
std::string progress_of(const Json& wait) {
  const auto sweep = wait.find("sweep");
  if (sweep == wait.end() || (*sweep)["lookedAt"] == (*sweep)["combinations"]) return {};
  return fmt::format("looked at {} of {}, {} match", text(*sweep, "lookedAt"), text(*sweep, "combinations"),
                     text(*sweep, "matching"));
}

}  // namespace

std::string instances_table(const Json& answer, bool short_form) {
  std::vector<std::vector<std::string>> rows;
  if (!short_form) rows.push_back({"ID", "WORKFLOW", "KEY", "STATUS", "STARTED", "OUTCOME"});
  for (const Json& each : answer.value("instances", Json::array())) {
    rows.push_back({text(each, "id"), text(each, "workflow"), text(each, "key"), text(each, "status"),
                    moment_of(each, "started"), outcome_of(each)});
  }
  if (!short_form && rows.size() == 1) return "no instances\n";
  return table(rows);
}

std::string schedules_table(const Json& answer, bool short_form) {
  std::vector<std::vector<std::string>> rows;
  if (!short_form) rows.push_back({"SCHEDULE", "STARTS", "NEXT", "LAST", "WHAT CAME OF IT", "MISSED"});
  for (const Json& each : answer.value("schedules", Json::array())) {
    const Json last = each.contains("last") && each["last"].is_object() ? each["last"] : Json::object();
    const std::string instance = text(last, "instance"), reason = text(last, "reason");
    rows.push_back({text(each, "schedule"), text(each, "workflow"), moment_of(each, "next"),
                    moment_of(last, "moment"),
                    text(last, "came") + (instance.empty() ? "" : ": " + instance) +
                        (reason.empty() ? "" : ": " + reason),
                    text(each, "missed")});
  }
  if (!short_form && rows.size() == 1) return "no schedules\n";
  return table(rows);
}

std::string routes_table(const Json& answer, bool short_form) {
  std::vector<std::vector<std::string>> rows;
  if (!short_form)
    rows.push_back({"ROUTE OR SYNC", "TELLS", "WAITING", "ON ITS WAY", "HELD", "CARRIED", "SAME", "SKIPPED",
                    "RECONCILED", "NEXT"});
  for (const auto& [list, kind] : {std::pair("routes", "route"), std::pair("syncs", "sync")}) {
    for (const Json& each : answer.value(list, Json::array())) {
      const Json reconciled = each.value("reconciliation", Json::object());
      const auto last = reconciled.find("last");
      const bool is_known = last != reconciled.end() && last->is_object();
      const std::string reason = is_known ? text(*last, "reason") : "";
      rows.push_back({text(each, kind), text(each, "operation"), text(each, "waiting"),
                      text(each, "onTheirWay"), text(each, "held"), text(each, "carried"), text(each, "same"),
                      text(each, "skipped"),
                      reconciled.contains("now") ? "now"
                      : is_known                 ? moment_of(*last, reason.empty() ? "ended" : "began")
                                                 : "",
                      moment_of(reconciled, "next")});
      if (!reason.empty()) rows.back()[8] += ": " + reason;
    }
  }
  if (!short_form && rows.size() == 1) return "no routes or syncs\n";
  return table(rows);
}

namespace {

// Of a sync the key of the entity, of a route the message: in one line, cut where it is long.
std::string carried_of(const Json& item) {
  constexpr size_t kShown = 60;
  std::string shown = item.contains("key") ? item["key"].dump() : item.value("data", Json()).dump();
  if (shown.size() <= kShown) return shown;
  size_t end = kShown;
  while (end > 0 && (static_cast<uint8_t>(shown[end]) & 0xC0) == 0x80) --end;
  return shown.substr(0, end) + "...";
}

std::string why_held(const Json& item) {
  return text(item, "reason") + (item.value("mayHaveHappened", false) ? " (it may have happened)" : "");
}

}  // namespace

std::string held_table(const Json& answer, bool short_form) {
  std::vector<std::vector<std::string>> rows;
  if (!short_form) rows.push_back({"ITEM", "OF", "WHAT", "HELD SINCE", "OWNER", "REASON"});
  for (const Json& each : answer.value("held", Json::array())) {
    rows.push_back({text(each, "item"), text(each, "of"), carried_of(each), moment_of(each, "heldSince"),
                    text(each, "owner"), why_held(each)});
  }
  if (!short_form && rows.size() == 1) return "nothing is held\n";
  return table(rows);
}

std::string held_account(const Json& item, bool short_form) {
  const std::string state = text(item, "state");
  if (short_form) return fmt::format("{} {}\n", text(item, "item"), state);
  std::string out = fmt::format("item {} of {}: {}\n", text(item, "item"), text(item, "of"),
                                state == "onItsWay" ? "on its way" : state);
  const char* const member = item.contains("key") ? "key" : "data";
  if (item.contains(member)) out += fmt::format("  {}: {}\n", member, item[member].dump());
  if (item.contains("event"))
    out += fmt::format("  event: {} of {}\n", text(item["event"], "id"), text(item["event"], "source"));
  if (const std::string reason = why_held(item); !reason.empty())
    out += fmt::format("  held since {}: {}\n  {} says what becomes of it\n", moment_of(item, "heldSince"),
                       reason, text(item, "owner").empty() ? "anybody" : text(item, "owner"));
  for (const Json& each : item.value("said", Json::array())) {
    const std::string covers = text(each, "covers"), reason = text(each, "reason");
    out += fmt::format("  {} {} {}{}{}\n", moment_of(each, "time"),
                       text(each, "said") == "drop" ? "dropped by" : "sent again by", text(each, "by"),
                       covers.empty() ? "" : " for " + covers, reason.empty() ? "" : ": " + reason);
  }
  return out;
}

std::string settled_line(const Json& answer, bool short_form) {
  const std::string item = text(answer, "item"), status = text(answer, "status");
  if (short_form) return fmt::format("{} {}\n", item, status);
  return fmt::format("item {} of {} {}\n", item, text(answer, "of"),
                     status == "dropped" ? "is given up" : "is sent again");
}

namespace {

// Whom a task is for: the roles, or who it was handed to for one of them.
std::string wanted_by(const Json& task) {
  std::string wanted;
  for (const char* name : {"roles", "escalatedTo"}) {
    for (const Json& role : task.value(name, Json::array())) {
      wanted += (wanted.empty() ? "" : ", ") + role.get<std::string>();
      for (const Json& given : task.value("delegated", Json::array())) {
        if (given.at("role") == role) wanted += fmt::format(" ({})", text(given, "to"));
      }
    }
    if (std::string_view(name) == "roles" && task.contains("scope")) wanted += " of " + text(task, "scope");
  }
  return wanted;
}

}  // namespace

std::string tasks_table(const Json& answer, bool short_form) {
  std::vector<std::vector<std::string>> rows;
  if (!short_form) rows.push_back({"TASK", "KIND", "LABEL", "FOR", "INSTANCE", "WHERE", "DEADLINE"});
  for (const Json& each : answer.value("tasks", Json::array())) {
    rows.push_back({text(each, "task"), text(each, "kind"), text(each, "label"), wanted_by(each),
                    text(each, "key"), place_of(each), moment_of(each, "deadline")});
  }
  if (!short_form && rows.size() == 1) return "no tasks\n";
  return table(rows);
}

namespace {

// {"amount": "9.00", "currency": "AUD"} as one says it: "AUD 9.00"; {"amount": "40", "unit": "ea"}: "40 ea".
std::string amount_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return {};
  if (!found->is_object() || !found->contains("amount")) return text(object, name);
  return found->contains("currency") ? text(*found, "currency") + " " + text(*found, "amount")
                                     : text(*found, "amount") + " " + text(*found, "unit");
}

// The values of a record: "price: AUD 9.00, store: 1001".
std::string values_of(const Json& object, const char* name) {
  std::string out;
  const Json values = object.value(name, Json::object());
  for (const auto& [field, value] : values.items())
    out += (out.empty() ? "" : ", ") + field + ": " + amount_of(values, field.c_str());
  return out;
}

}  // namespace

std::string totals_table(const Json& task, bool short_form) {
  std::string out;
  for (const Json& proposal : task.value("totals", Json::array())) {
    const std::string refused = text(proposal, "refused");
    if (!short_form)
      out += fmt::format("{}, {}: {} lines{}\n", text(proposal, "name"), text(proposal, "operation"),
                         text(proposal, "count"), refused.empty() ? "" : ", " + refused + " refused");
    std::vector<std::vector<std::string>> rows;
    if (!short_form) rows.push_back({"  FIELD", "SUM", "LOWEST", "MEDIAN", "HIGHEST", "FARTHEST FROM IT"});
    for (const Json& field : proposal.value("fields", Json::array())) {
      std::string far;
      for (const Json& each : field.value("outliers", Json::array()))
        far += (far.empty() ? "" : ", ") + text(each, "target") + " (" + amount_of(each, "value") + ")";
      rows.push_back({(short_form ? text(proposal, "name") + "." : "  ") + text(field, "name"),
                      amount_of(field, "sum"), amount_of(field, "lowest"), amount_of(field, "median"),
                      amount_of(field, "highest"), far});
    }
    if (rows.size() > (short_form ? 0u : 1u)) out += table(rows);
  }
  return out;
}

std::string lines_table(const Json& answer, bool short_form) {
  std::vector<std::vector<std::string>> rows;
  if (!short_form) rows.push_back({"PROPOSAL", "LINE", "STATE", "WHAT"});
  for (const Json& each : answer.value("lines", Json::array()))
    rows.push_back(
        {text(each, "proposal"), text(each, "target"), text(each, "state"), values_of(each, "payload")});
  if (!short_form && rows.size() == 1) return "no lines: its instance has ended\n";
  return table(rows);
}

std::string instance_account(const Json& instance, bool short_form) {
  if (short_form) {
    return fmt::format("{} {} {} {} {}\n", text(instance, "id"), text(instance, "workflow"),
                       text(instance, "key"), text(instance, "status"), outcome_of(instance));
  }
  std::string out = fmt::format("{} \"{}\", instance {}: {}\n", text(instance, "workflow"),
                                text(instance, "key"), text(instance, "id"), text(instance, "status"));
  std::vector<std::vector<std::string>> rows = {{"  started", moment_of(instance, "started")}};
  if (const auto ended = moment_of(instance, "ended"); !ended.empty()) rows.push_back({"  ended", ended});
  if (const auto outcome = outcome_of(instance); !outcome.empty()) rows.push_back({"  outcome", outcome});
  rows.push_back({"  arguments", text(instance, "arguments")});
  out += table(rows);
  const Json waits = instance.value("waits", Json::array());
  if (waits.empty()) return out;
  out += fmt::format("  waiting: {}\n", text(instance, "waiting"));
  std::vector<std::vector<std::string>> lines;
  for (const Json& wait : waits) {
    const std::string until = moment_of(wait, "until");
    lines.push_back({"    " + place_of(wait), text(wait, "waitsFor"),
                     until.empty() ? progress_of(wait) : "until " + until, trouble_of(wait)});
  }
  return out + table(lines);
}

std::string decision_line(const Json& answer, bool short_form) {
  const std::string task = text(answer, "task"), status = text(answer, "status");
  if (short_form) return fmt::format("{} {}\n", task, status);
  const std::string refused = text(answer, "refused");
  return fmt::format("task {}: {}{}\n", task, status == "open" ? "kept; others must decide too" : status,
                     refused.empty() ? "" : ", " + refused + " refused");
}

std::string delegation_line(const Json& answer, bool short_form) {
  const std::string task = text(answer, "task"), to = text(answer, "to");
  if (short_form) return fmt::format("{} {}\n", task, to);
  return fmt::format("task {}: it is {}'s now, for {}\n", task, to, text(answer, "role"));
}

std::string event_line(const Json& answer, bool short_form) {
  const bool duplicate = answer.value("duplicate", false);
  if (short_form) return duplicate ? "duplicate\n" : "accepted\n";
  return duplicate ? "this event was taken before: nothing changed\n" : "the event was taken\n";
}

std::string resumed_line(const Json& answer, bool short_form) {
  return fmt::format(fmt::runtime(short_form ? "{}\n" : "instance {} goes on\n"), text(answer, "id"));
}

std::string history_lines(const Json& answer, bool short_form) {
  std::string out;
  for (const Json& entry : answer.value("entries", Json::array())) {
    const std::string details = short_form ? "" : details_of(entry);
    std::string line =
        fmt::format("{:<20}  {:<14} {}", moment_of(entry, "time"), text(entry, "kind"), place_of(entry));
    while (line.ends_with(' ')) line.pop_back();
    out += line + (details.empty() ? "" : "  " + details) + "\n";
  }
  return out;
}

}  // namespace endcap::command
