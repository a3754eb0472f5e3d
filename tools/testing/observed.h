// What has happened to the instance of a test, and to the exceptions and workflows that came of it, as far as
// expectations ask.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/testing/world.h"

namespace endcap::testing {

// One thing that happened, and what it was about.
struct Occurrence {
  std::string target;              // of a write or a line; empty: none
  std::vector<std::string> words;  // elements around it, and texts that it carried
  std::set<std::string> roles;     // asked
  Json values = Json::object();    // of a task or an effect
  Instant at = 0;
};

class Observed {
 public:
  Observed(World& world, const Estate& estate) : world_(world), estate_(estate) {}

  void follow(uint64_t instance) { instance_ = instance; }
  uint64_t instance() const { return instance_; }
  void refresh();  // after each thing that happened
  void look_from_now() { window_ = entries_.size(), effect_window_ = estate_.effects().size(); }

  const std::vector<Json>& entries() const { return entries_; }

  // Since the last look. `subject` is an approval's path; `name` one of sema::task_names.
  std::vector<Occurrence> approvals(const std::string& subject, const std::set<std::string>& kinds) const;
  std::vector<Occurrence> refused_lines(const std::string& subject) const;  // by their targets
  std::vector<Occurrence> tasks(const std::string& name, const std::set<std::string>& roles) const;
  std::vector<Occurrence> effects(uint32_t operation) const;
  // Of an exception, by its full name.
  std::vector<Occurrence> exceptions(const std::string& workflow, const std::set<std::string>& kinds) const;
  // What of a route or a sync is held now.
  std::vector<Occurrence> held(const std::string& carrier) const;
  std::vector<Occurrence> advice(const std::string& advisor, const std::string& outcome) const;

  // What is open now: approvals at a path, or tasks of a name.
  std::vector<Json> open_approvals(const std::string& subject) const;
  std::vector<Json> open_tasks(const std::string& name) const;
  Json shown() const { return world_.show(instance_); }

  static size_t count(const std::vector<Occurrence>& all, const std::optional<std::string>& about);
  static bool is_about(const Occurrence& occurrence, const std::string& text);
  static Occurrence occurrence_of(const Json& entry);

 private:
  void read_history(uint64_t instance, const Json& summary);
  Occurrence of_task(const Json& entry) const;
  std::string subject_of(const Json& entry) const;  // the approval that an entry belongs to

  World& world_;
  const Estate& estate_;
  uint64_t instance_ = 0;
  std::map<uint64_t, uint64_t> next_;                  // entry of each instance
  std::map<uint64_t, std::vector<std::string>> told_;  // others: key and arguments
  std::vector<Json> entries_;
  size_t window_ = 0, effect_window_ = 0;
  std::map<uint64_t, std::string> approval_of_;            // task -> path as written
  std::map<uint64_t, std::vector<std::string>> words_of_;  // task -> what it was about when it was opened
  std::map<uint64_t, std::string> target_of_;              // call -> target
};

}  // namespace endcap::testing
