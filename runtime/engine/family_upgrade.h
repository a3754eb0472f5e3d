// All rows of one live family, from the program that wrote them to another one: what changes, or what stands
// in the way. It only reads; a plan throws the changes away, a deploy makes them one record.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/overlay.h"
#include "runtime/engine/translate.h"
#include "runtime/engine/upgrade_plan.h"

namespace endcap {

// An old program with its upgrade to this one.
struct KnownProgram {
  abi::Program tables;
  abi::Upgrade upgrade;
};

// Rows of a partition whose keys do not begin with their family's number, by family.
struct RowsByFamily {
  std::map<uint64_t, std::vector<std::pair<std::string, std::string>>> calls, open_tasks;
};
RowsByFamily rows_by_family(Overlay& overlay);

class FamilyUpgrade {
 public:
  FamilyUpgrade(Overlay& overlay, const RowsByFamily& index, const KnownProgram& before,
                const abi::Program& after, const rows::Family& family, Instant now);
  void run(uint64_t& next_sequence);

  const UpgradePlan& plan() const { return plan_; }
  // Absolute; complete when nothing strands.
  std::vector<RowOperation> take_changes() { return std::move(changes_); }
  uint64_t instances() const { return instances_; }

 private:
  void instances(uint64_t& next_sequence);
  void subscriptions(rows::Instance& row, const rows::Instance& before, uint64_t& next_sequence);
  void resubscribe_all(std::vector<std::string>& keys);
  void groups();
  void calls();
  void tasks();
  void undos();

  template <typename Row>
  void changed(Table table, const std::string& key, const Row& row) {
    changes_.push_back({table, key, rows::encode(key, row)});
  }
  UpgradePlan::Stand& stand(const std::string& path);
  // Takes what the row that was translated last met, and tells it of `path`.
  void tell(const std::string& path);
  std::string path_of(uint32_t machine, uint32_t state) const;

  Overlay& overlay_;
  const RowsByFamily& index_;
  const abi::Program& after_;
  rows::Family family_;
  Instant now_;
  Translation t_;
  UpgradePlan plan_;
  std::vector<RowOperation> changes_;
  uint64_t instances_ = 0;
};

}  // namespace endcap
