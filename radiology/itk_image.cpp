#include "radiology/itk_image.h"

#include <itkFloatingPointExceptions.h>
#include <itkImageIOFactory.h>
#include <itkMetaImageIO.h>
#include <itkMultiThreaderBase.h>
#include <itkOutputWindow.h>
#include <nifti1_io.h>

#include <mutex>

namespace radiopath::radiology {

void prepare_itk() {
  static std::once_flag once;
  std::call_once(once, [] {
    // ITK and its NIfTI library write warnings to standard error; what matters comes back as an exception.
    itk::Object::GlobalWarningDisplayOff();
    nifti_set_debug_level(0);
    // The rest of ITK 5.2's globals that readers, writers and filters use, each made by its first use.
    itk::ImageIOFactory::CreateImageIO("any.mha", itk::ImageIOFactory::IOFileModeEnum::WriteMode);
    itk::MultiThreaderBase::New();
    itk::OutputWindow::GetInstance();
    itk::DataObject::GetGlobalReleaseDataFlag();
    itk::FloatingPointExceptions::GetEnabled();
    itk::MetaImageIO::GetDefaultDoublePrecision();
  });
}

}  // namespace radiopath::radiology
