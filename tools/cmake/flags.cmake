# Compiler settings that every target of the project shares.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")

add_library(spk_flags INTERFACE)
target_compile_definitions(spk_flags INTERFACE _GNU_SOURCE)
target_compile_options(spk_flags INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wvla -Wpointer-arith -Wwrite-strings -Wundef -Wformat=2
  -Wno-unused-parameter -fno-strict-aliasing -fstack-protector-strong
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes;-Wold-style-definition>)
target_link_options(spk_flags INTERFACE -Wl,-z,relro,-z,now)
if(SPK_SANITIZE)
  target_compile_options(spk_flags INTERFACE -fsanitize=${SPK_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(spk_flags INTERFACE -fsanitize=${SPK_SANITIZE})
endif()
if(SPK_FUZZ)
  target_compile_options(spk_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
