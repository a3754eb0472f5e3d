// The ballast: see ballast.h.
#include "runtime/journal/ballast.h"

#include <algorithm>
#include <string>
#include <utility>

namespace endcap {
namespace {

const std::string kBallastFile = "ballast";
constexpr uint64_t kBallastSteps = 16;  // in which it is made, so that no commit waits for all of it

}  // namespace

void Ballast::find() {
  if (wanted_ == 0) return;
  auto file = disk_.open(kBallastFile, false);
  if (!file) return;
  held_ = std::min(wanted_, (*file)->size().value_or(0));
  file_ = std::move(*file);
}

bool Ballast::make_some() {
  if (is_whole()) return true;
  if (!file_) {
    auto file = disk_.open(kBallastFile, true);
    if (!file) return false;
    file_ = std::move(*file);
  }
  const uint64_t bytes = std::min(wanted_, held_ + wanted_ / kBallastSteps + 1);
  if (!file_->allocate(bytes) || !file_->sync()) {
    give_up();  // how much of it is there nobody knows
    return false;
  }
  held_ = bytes;
  return true;
}

// The folder is synced so that the file system lets go of its blocks.
void Ballast::give_up() {
  if (!file_) return;
  file_.reset();
  held_ = 0;
  if (disk_.remove(kBallastFile)) (void)disk_.sync_folder();
}

}  // namespace endcap
