// The lists of a sweep while a partition works on it, unpacked once and not for each stretch of combinations.
// Made again from the rows whenever it is not at hand.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/abi/context.h"
#include "runtime/engine/rows.h"

namespace endcap {

// Combinations are numbered in the order they are written, the last list fastest.
inline std::vector<uint64_t> places_in(uint64_t combination, const std::vector<abi::ListCells>& lists) {
  std::vector<uint64_t> places(lists.size());
  for (size_t i = lists.size(); i-- > 0; combination /= lists[i].count)
    places[i] = combination % lists[i].count;
  return places;
}

class LoadedSweep {
 public:
  LoadedSweep(const abi::Program& program, const rows::Group& group, const rows::GroupInput& input,
              abi::BlobSource* blobs);

  const std::vector<abi::ListCells>& lists() const { return lists_; }
  // One cell an operand of the wait point: the lists and what was captured.
  const std::vector<abi::Cell>& operands() const { return operands_; }
  abi::Cell element(size_t list, uint64_t place) const;
  const abi::Arena& arena() const { return const_cast<abi::Workspace&>(*workspace_).arena(); }
  abi::Context& context() { return workspace_->context(); }

  // Runs the guard over the last list from `from` to `to`, for the places in the others; appends the indices
  // that match. False: it faulted, and the context says how.
  bool look(const abi::Program& program, const abi::Branch& guard, const std::vector<uint64_t>& places,
            uint64_t from, uint64_t to, Instant now, std::vector<uint64_t>& matching);

 private:
  std::unique_ptr<abi::Workspace> workspace_;
  std::vector<abi::ListCells> lists_;
  std::vector<abi::Cell> operands_;
  uint32_t loaded_ = 0;  // size of the arena with nothing but these in it
};

// The few that a partition works on at a time: what was not used for longest gives way.
class LoadedSweeps {
 public:
  LoadedSweep* find(uint64_t root, uint64_t group);
  LoadedSweep& keep(uint64_t root, uint64_t group, LoadedSweep sweep);
  void drop(uint64_t root, uint64_t group);

 private:
  struct Kept {
    uint64_t root = 0, group = 0;
    std::unique_ptr<LoadedSweep> sweep;
  };
  std::vector<Kept> kept_;  // used last stands last
};

}  // namespace endcap
