import type { ComponentProps } from 'react';

/** Fields that are sent together: by its button, or by Enter in one of them. The page stays where it is. */
export function Form({
  onSubmit,
  className = 'stack',
  ...others
}: Omit<ComponentProps<'form'>, 'onSubmit'> & { readonly onSubmit: () => void }) {
  return (
    <form
      {...others}
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    />
  );
}
