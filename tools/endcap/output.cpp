// Where the command writes: findings to stdout, everything else to stderr.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "tools/endcap/commands.h"

namespace endcap::command {

void tell(std::string_view text) {
  std::fprintf(stderr, "endcap: %.*s\n", static_cast<int>(text.size()), text.data());
}

bool print(std::string_view text) {
  errno = 0;
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return true;
  tell(std::string("can't write the output: ") + std::strerror(errno));
  return false;
}

}  // namespace endcap::command
