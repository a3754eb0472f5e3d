// The files of tools/endcap/template, embedded when the command is built.
#pragma once

#include <string_view>
#include <vector>

namespace endcap::command {

struct TemplateFile {
  std::string_view path;  // in the project
  std::string_view text;
};

const std::vector<TemplateFile>& template_files();

}  // namespace endcap::command
