// A page of what all partitions have, in the order of its numbers. However much there is and however few are
// wanted, it looks at so many rows only: whoever reads must not hold up who decides. It may be short then,
// empty even, and says where the next begins (as AIP-158 has it: google.aip.dev/158).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace endcap {

template <typename Row>
class Page {
 public:
  static constexpr size_t kLookedAt = 8192;  // rows, of all partitions

  Page(size_t limit, size_t partitions)
      : limit_(limit), share_(std::max<size_t>(kLookedAt / partitions, 1)) {}

  void begin_partition() { looked_at_ = wanted_ = 0; }
  void take(uint64_t number, Row row) {
    ++wanted_;
    rows_.emplace_back(number, std::move(row));
  }
  // After each row of a partition, in the order of their numbers. False: enough of it.
  bool goes_on(uint64_t number) {
    if (++looked_at_ < share_ && wanted_ <= limit_) return true;
    reached_ = std::min(reached_.value_or(number), number);
    return false;
  }
  // Behind which number the next page begins; nothing: there is none. Then the rows are those of this page.
  std::optional<uint64_t> end() {
    if (reached_) std::erase_if(rows_, [&](const auto& row) { return row.first > *reached_; });
    std::ranges::sort(rows_, {}, [](const auto& row) { return row.first; });
    if (rows_.size() <= limit_) return reached_;
    rows_.resize(limit_);
    return rows_.back().first;
  }
  const std::vector<std::pair<uint64_t, Row>>& rows() const { return rows_; }

 private:
  size_t limit_, share_;
  size_t looked_at_ = 0, wanted_ = 0;  // of this partition
  std::optional<uint64_t> reached_;    // all partitions were looked at up to there
  std::vector<std::pair<uint64_t, Row>> rows_;
};

}  // namespace endcap
