// Runs of deleted rows: see deleted_runs.h.
#include "runtime/store/deleted_runs.h"

#include <rocksdb/table_properties.h>

#include <algorithm>
#include <string>

#include "runtime/store/row_prefixes.h"
#include "runtime/store/store.h"

namespace endcap {
namespace {

class DeletedRuns final : public rocksdb::TablePropertiesCollector {
 public:
  const char* Name() const override { return "endcap.deleted_runs"; }

  // In the order of the keys.
  rocksdb::Status AddUserKey(const rocksdb::Slice& key, const rocksdb::Slice&, rocksdb::EntryType type,
                             rocksdb::SequenceNumber, uint64_t) override {
    const std::string_view walked = key.ToStringView().substr(0, walked_over_size(key.ToStringView()));
    if (walked != walked_) {
      walked_ = walked;
      deleted_ = 0;
    }
    const bool deleted = type == rocksdb::kEntryDelete || type == rocksdb::kEntrySingleDelete;
    if (walked.empty()) return rocksdb::Status::OK();
    deleted_ = deleted ? deleted_ + 1 : deleted_ - std::min<size_t>(deleted_, 1);
    needed_ = needed_ || deleted_ >= kDeletedInARow;
    return rocksdb::Status::OK();
  }
  rocksdb::Status Finish(rocksdb::UserCollectedProperties*) override { return rocksdb::Status::OK(); }
  rocksdb::UserCollectedProperties GetReadableProperties() const override { return {}; }
  bool NeedCompact() const override { return needed_; }

 private:
  std::string walked_;
  size_t deleted_ = 0;
  bool needed_ = false;
};

class DeletedRunsFactory final : public rocksdb::TablePropertiesCollectorFactory {
 public:
  const char* Name() const override { return "endcap.deleted_runs"; }
  rocksdb::TablePropertiesCollector* CreateTablePropertiesCollector(Context) override {
    return new DeletedRuns;
  }
};

}  // namespace

size_t walked_over_size(std::string_view key) {
  if (key.empty()) return 0;
  switch (static_cast<Table>(key.front())) {
    case Table::Instance:  // one after the other, for lists
    case Table::Task:
    case Table::Carried:
      return 1;
    case Table::Leaf:
    case Table::Group:
    case Table::Result:
    case Table::Undo:
    case Table::Subscription:
      return row_prefix_size(key);
    default:
      return 0;
  }
}

std::shared_ptr<rocksdb::TablePropertiesCollectorFactory> deleted_runs() {
  static const auto factory = std::make_shared<DeletedRunsFactory>();
  return factory;
}

}  // namespace endcap
