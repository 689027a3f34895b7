import { IsString, Length } from 'class-validator';

/** A registration: the body of the request and the payload of the job. */
export class Registration {
  @IsString()
  @Length(1, 50)
  username!: string;
}

/** The result of a registration. */
export interface Registered {
  username: string;
  greeting: string;
}
