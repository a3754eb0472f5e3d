// Prefixes of rows: see row_prefixes.h. Table files know by the name which prefixes their filters hold:
// another way to cut keys needs another name.
#include "runtime/store/row_prefixes.h"

#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_partitioner.h>

#include <string>

#include "runtime/store/store.h"

namespace endcap {
namespace {

constexpr size_t kNumberBytes = 8;

uint64_t number_at(std::string_view key, size_t at) {
  uint64_t value = 0;
  for (size_t i = at; i < at + kNumberBytes; ++i) value = value << 8 | static_cast<uint8_t>(key[i]);
  return value;
}

// Event, zero byte, number of the field, size of the value, value: see rows::subscription_prefix.
size_t subscription_prefix_size(std::string_view key) {
  const size_t name = key.find('\0', 1);
  if (name == std::string_view::npos) return 0;
  const size_t head = name + 1 + 2 * kNumberBytes;
  if (key.size() < head) return 0;
  const uint64_t value = number_at(key, head - kNumberBytes);
  return value <= key.size() - head ? head + value : 0;
}

class RowPrefixes final : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "endcap.row_prefixes.1"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), row_prefix_size(key.ToStringView())};
  }
  bool InDomain(const rocksdb::Slice& key) const override { return row_prefix_size(key.ToStringView()) > 0; }
};

}  // namespace

size_t row_prefix_size(std::string_view key) {
  if (key.empty()) return 0;
  switch (static_cast<Table>(key.front())) {
    case Table::Instance:
    case Table::Leaf:
    case Table::Group:
    case Table::Result:
    case Table::Undo:
    case Table::Blob:
    case Table::History:  // the family's number
      return key.size() > kNumberBytes ? 1 + kNumberBytes : 0;
    case Table::Subscription:
      return subscription_prefix_size(key);
    default:
      return 0;
  }
}

bool is_within_prefix(std::string_view first, std::string_view last) {
  const size_t size = row_prefix_size(first);
  if (size == 0) return false;
  std::string after(first.substr(0, size));
  while (!after.empty() && static_cast<uint8_t>(after.back()) == 0xff) after.pop_back();
  if (after.empty()) return false;
  after.back() = static_cast<char>(static_cast<uint8_t>(after.back()) + 1);
  return last <= after;
}

std::shared_ptr<const rocksdb::SliceTransform> row_prefixes() {
  static const auto prefixes = std::make_shared<const RowPrefixes>();
  return prefixes;
}

void cut_rows(rocksdb::ColumnFamilyOptions& family) {
  family.prefix_extractor = row_prefixes();
  family.sst_partitioner_factory = rocksdb::NewSstPartitionerFixedPrefixFactory(sizeof(Table));
}

}  // namespace endcap
