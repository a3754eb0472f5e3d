// A file that keeps room free on a disk: given up when there is none left, made again when there is.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>

#include "runtime/journal/disk.h"

namespace endcap {

class Ballast {
 public:
  Ballast(Disk& disk, uint64_t bytes) : disk_(disk), wanted_(bytes) {}

  // Looks for what an earlier process left.
  void find();
  uint64_t bytes() const { return held_; }  // that would be free without it
  bool is_whole() const { return held_ >= wanted_; }
  uint64_t missing() const { return is_whole() ? 0 : wanted_ - held_; }
  // One step towards all of it; false: the disk has no room. It is worth nothing before it is stored, for a
  // disk may promise what it has not got.
  bool make_some();
  void give_up();

 private:
  Disk& disk_;
  const uint64_t wanted_;
  uint64_t held_ = 0;
  std::unique_ptr<File> file_;
};

}  // namespace endcap
