// What has happened: see observed.h.
#include "tools/testing/observed.h"

#include <algorithm>

#include "compiler/sema/tests.h"

namespace endcap::testing {
namespace {

std::string text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

void add_texts(const Json& json, std::vector<std::string>& into) {
  if (json.is_string()) into.push_back(json.get<std::string>());
  if (json.is_structured()) {
    for (const Json& inside : json) add_texts(inside, into);
  }
}

bool is_called(const Json& task, const std::string& name) {
  const auto names = sema::task_names(text_member(task, "label"), text_member(task, "path"));
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

void Observed::refresh() {
  const auto known = static_cast<ptrdiff_t>(entries_.size());
  for (const Json& summary : world_.instances()) read_history(summary.at("id").get<uint64_t>(), summary);
  std::stable_sort(entries_.begin() + known, entries_.end(), [](const Json& a, const Json& b) {
    return text_member(a, "time") < text_member(b, "time");
  });
}

void Observed::read_history(uint64_t instance, const Json& summary) {
  for (Json& entry : world_.history(instance, next_[instance])) {
    next_[instance] = entry.at("number").get<uint64_t>() + 1;
    if (instance != instance_) {
      entry["of"] = summary.at("workflow");
      if (entry.contains("arguments")) add_texts(entry.at("arguments"), told_[instance]);
      told_[instance].push_back(text_member(summary, "key"));
      entry["told"] = told_[instance];
    }
    const std::string kind = entry.at("kind").get<std::string>();
    if (entry.contains("task") && entry.at("task").is_number() && !text_member(entry, "path").empty()) {
      const uint64_t task = entry.at("task").get<uint64_t>();
      std::string path = sema::written_path(text_member(entry, "path"));
      // An approval that is asked again at its write is still the same approval.
      if (const auto again = entry.find("again");
          again != entry.end() && approval_of_.contains(again->get<uint64_t>()))
        path = approval_of_.at(again->get<uint64_t>());
      approval_of_.try_emplace(task, std::move(path));
      words_of_.try_emplace(task, occurrence_of(entry).words);
    }
    const Json& call = entry.contains("call") && entry.at("call").is_object() ? entry.at("call") : entry;
    if (call.contains("call") && call.contains("target"))
      target_of_[call.at("call").get<uint64_t>()] = text_member(call, "target");
    entries_.push_back(std::move(entry));
  }
}

std::string Observed::subject_of(const Json& entry) const {
  if (entry.contains("task") && entry.at("task").is_number()) {
    const auto found = approval_of_.find(entry.at("task").get<uint64_t>());
    if (found != approval_of_.end()) return found->second;
  }
  return sema::written_path(text_member(entry, "path"));
}

Occurrence Observed::occurrence_of(const Json& entry) {
  Occurrence occurrence;
  if (const auto at = instant_from_text(text_member(entry, "time"))) occurrence.at = *at;
  // "outer inner": the elements around it.
  const std::string element = text_member(entry, "element");
  for (size_t begin = 0; begin < element.size();) {
    const size_t end = std::min(element.find(' ', begin), element.size());
    occurrence.words.push_back(element.substr(begin, end - begin));
    begin = end + 1;
  }
  for (const char* name : {"arguments", "proposals"}) {
    if (entry.contains(name)) add_texts(entry.at(name), occurrence.words);
  }
  if (entry.contains("roles")) {
    for (const Json& role : entry.at("roles")) occurrence.roles.insert(role.get<std::string>());
  }
  if (const auto role = text_member(entry, "role"); !role.empty()) occurrence.roles.insert(role);
  return occurrence;
}

// A decision is about what the task was about.
Occurrence Observed::of_task(const Json& entry) const {
  Occurrence occurrence = occurrence_of(entry);
  const auto found = entry.contains("task") && entry.at("task").is_number()
                         ? words_of_.find(entry.at("task").get<uint64_t>())
                         : words_of_.end();
  if (found != words_of_.end())
    occurrence.words.insert(occurrence.words.end(), found->second.begin(), found->second.end());
  return occurrence;
}

std::vector<Occurrence> Observed::approvals(const std::string& subject,
                                            const std::set<std::string>& kinds) const {
  std::vector<Occurrence> found;
  for (size_t i = window_; i < entries_.size(); ++i) {
    if (kinds.contains(entries_[i].at("kind").get<std::string>()) && subject_of(entries_[i]) == subject)
      found.push_back(of_task(entries_[i]));
  }
  return found;
}

std::vector<Occurrence> Observed::refused_lines(const std::string& subject) const {
  std::vector<Occurrence> found;
  for (size_t i = window_; i < entries_.size(); ++i) {
    const Json& entry = entries_[i];
    if (entry.at("kind") != "decided" || subject_of(entry) != subject) continue;
    for (const Json& line : entry.value("except", Json::array())) {
      const std::string target = text_member(line, "target");
      found.push_back(
          {target.empty() ? text_member(line, "proposal") : target, {}, {}, {}, of_task(entry).at});
    }
  }
  return found;
}

std::vector<Occurrence> Observed::tasks(const std::string& name, const std::set<std::string>& roles) const {
  std::vector<Occurrence> found;
  for (size_t i = window_; i < entries_.size(); ++i) {
    const Json& entry = entries_[i];
    if (entry.at("kind") != "taskOpened" || !is_called(entry, name)) continue;
    if (!roles.empty() && !roles.contains(text_member(entry, "role"))) continue;
    found.push_back(occurrence_of(entry));
    if (entry.contains("arguments")) found.back().values = entry.at("arguments");
  }
  return found;
}

std::vector<Occurrence> Observed::effects(uint32_t operation) const {
  std::vector<Occurrence> found;
  const auto& all = estate_.effects();
  for (size_t i = effect_window_; i < all.size(); ++i) {
    if (all[i].operation != operation) continue;
    const auto target = target_of_.find(all[i].call);
    found.push_back({target == target_of_.end() ? "" : target->second,
                     all[i].texts,
                     {},
                     Json::parse(all[i].payload),
                     all[i].at});
  }
  return found;
}

std::vector<Occurrence> Observed::exceptions(const std::string& workflow,
                                             const std::set<std::string>& kinds) const {
  std::vector<Occurrence> found;
  for (size_t i = window_; i < entries_.size(); ++i) {
    const Json& entry = entries_[i];
    if (text_member(entry, "of") != workflow || !kinds.contains(text_member(entry, "kind"))) continue;
    // Other waits of it expire too.
    if (text_member(entry, "kind") == "expired" && text_member(entry, "path") != "respond") continue;
    Occurrence occurrence = occurrence_of(entry);
    for (const Json& text : entry.at("told")) occurrence.words.push_back(text.get<std::string>());
    found.push_back(std::move(occurrence));
  }
  return found;
}

std::vector<Occurrence> Observed::held(const std::string& carrier) const {
  std::vector<Occurrence> found;
  for (const Json& item : world_.held(carrier)) {
    Occurrence& occurrence = found.emplace_back();
    for (const char* part : {"data", "key"}) {
      if (item.contains(part)) add_texts(item.at(part), occurrence.words);
    }
    occurrence.words.push_back(text_member(item, "reason"));
  }
  return found;
}

std::vector<Occurrence> Observed::advice(const std::string& advisor, const std::string& outcome) const {
  std::vector<Occurrence> found;
  for (size_t i = window_; i < entries_.size(); ++i) {
    const Json& entry = entries_[i];
    if (entry.at("kind") != "advice" || text_member(entry, "advisor") != advisor) continue;
    if (text_member(entry, "outcome") == outcome) found.push_back(occurrence_of(entry));
  }
  return found;
}

std::vector<Json> Observed::open_approvals(const std::string& subject) const {
  std::vector<Json> found;
  for (Json& task : world_.tasks()) {
    const std::string kind = text_member(task, "kind");
    if ((kind == "approval" || kind == "approvalAgain") && subject_of(task) == subject)
      found.push_back(std::move(task));
  }
  return found;
}

std::vector<Json> Observed::open_tasks(const std::string& name) const {
  std::vector<Json> found;
  for (Json& task : world_.tasks()) {
    if (text_member(task, "kind") == "task" && is_called(task, name)) found.push_back(std::move(task));
  }
  return found;
}

bool Observed::is_about(const Occurrence& occurrence, const std::string& text) {
  if (!occurrence.target.empty()) return occurrence.target == text;
  return std::ranges::find(occurrence.words, text) != occurrence.words.end();
}

size_t Observed::count(const std::vector<Occurrence>& all, const std::optional<std::string>& about) {
  return static_cast<size_t>(
      std::ranges::count_if(all, [&](const Occurrence& each) { return !about || is_about(each, *about); }));
}

}  // namespace endcap::testing
